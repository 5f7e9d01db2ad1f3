// What runs beside requests: folding clicks, hearing of other processes' changes, screening again, sweeping.
import type { Core } from '@linkwright/core'
import type { Logger } from '@linkwright/http'

export interface Background {
  /** Stops the timers and hands over what is still waiting. */
  stop(): Promise<void>
}

/** A click is in the statistics within 2 s of its redirect. */
const FLUSH_MS = 500
const TOUCH_MS = 5_000
const RESCREEN_MS = 60_000
const SWEEP_MS = 600_000
/** Bounded turns, so that a large backlog never holds the database for long. */
const SWEEP_TURNS = 20

/** The timers keep no process alive. */
export function startBackground(core: Core, logger: Logger): Background {
  const unwatch = core.storage.watch((changes) => core.redirect.drop(changes))
  let lost = 0
  const flush = async () => {
    await core.recorder.flush()
    if (core.recorder.counts.lost > lost) {
      logger.warn({ lost: core.recorder.counts.lost - lost }, 'clicks lost: the buffer was full')
      lost = core.recorder.counts.lost
    }
  }
  const jobs = [
    every(FLUSH_MS, 'folding clicks failed; they are kept and tried again', flush, logger),
    every(TOUCH_MS, 'noting token use failed', () => core.tokens.flush(), logger),
    every(RESCREEN_MS, 'screening again failed', () => core.rescreen(), logger),
    every(SWEEP_MS, 'sweeping failed', () => sweep(core), logger),
  ]
  return {
    async stop() {
      unwatch()
      await Promise.all(jobs.map((job) => job.end()))
      const [clicks] = await Promise.allSettled([core.recorder.flush(), core.tokens.flush()])
      if (clicks.status === 'rejected') throw clicks.reason
    },
  }
}

interface Repeated {
  /** Stops it, after the turn that is under way. */
  end(): Promise<void>
}

async function sweep(core: Core): Promise<void> {
  for (let turn = 0; turn < SWEEP_TURNS; turn++) {
    if ((await core.storage.open.sweep(core.clock())) === 0) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Repeats the work, never two at a time. */
function every(ms: number, failure: string, work: () => Promise<unknown>, logger: Logger): Repeated {
  let running: Promise<void> | undefined
  const run = async () => {
    try {
      await work()
    } catch (error) {
      logger.error({ err: error }, failure)
    } finally {
      running = undefined
    }
  }
  const timer = setInterval(() => {
    running ??= run()
  }, ms)
  timer.unref()
  return {
    async end() {
      clearInterval(timer)
      await running
    },
  }
}
