// What runs beside requests: folding clicks, hearing of other processes' changes, screening again, sweeping.
import { setTimeout } from 'node:timers/promises'
import type { Core } from '@linkwright/core'
import type { Logger } from '@linkwright/http'

export interface Background {
  /** Stops the timers and hands over what is still waiting. */
  stop(): Promise<void>
}

/** A click is in the statistics within 2 s of its redirect. */
const FLUSH_MS = 500
/** Tomorrow's salt is agreed on an hour ahead. */
const PREPARE_MS = 600_000
const HEARING_MS = 1_000
const TOUCH_MS = 5_000
const RESCREEN_MS = 60_000
const SWEEP_MS = 60_000
/** Between the bounded turns of one sweep, so that a large backlog holds nobody up for long. */
const SWEEP_PAUSE_MS = 20
/** For so long the end folds clicks that a journal would keep anyway: whoever ended us does not wait for ever. */
const END_MS = 4_000

export interface BackgroundOptions {
  /** How long raw clicks are kept. */
  readonly clickRetentionMs: number
  /** Whether all clicks that wait outlive this process. */
  readonly isSafe: () => boolean
}

/** The timers keep no process alive. */
export function startBackground(core: Core, logger: Logger, options: BackgroundOptions): Background {
  const { clickRetentionMs, isSafe } = options
  const unwatch = core.listen()
  const ending = new AbortController()
  let lost = 0
  const tellLost = () => {
    const more = core.recorder.counts.lost - lost
    if (more > 0) logger.warn({ lost: more }, 'clicks lost: they could not be kept')
    lost += more
  }
  const flush = () => {
    // First: while clicks are lost, folding may well fail each time.
    tellLost()
    return core.recorder.flush()
  }
  const jobs = [
    every(FLUSH_MS, 'folding clicks failed; they are kept and tried again', flush, logger),
    // Noticed while there are no visits too, or what is known would be believed for too long.
    every(HEARING_MS, 'looking for news failed', async () => core.deafSince(), logger),
    every(PREPARE_MS, 'agreeing on the salt of the day failed', () => core.recorder.prepare(), logger),
    every(TOUCH_MS, 'noting token use failed', () => core.tokens.flush(), logger),
    every(RESCREEN_MS, 'screening again failed', () => core.rescreen(), logger),
    every(SWEEP_MS, 'sweeping failed', () => sweep(core, clickRetentionMs, ending.signal), logger),
  ]
  return {
    async stop() {
      unwatch()
      ending.abort()
      const end = performance.now() + END_MS
      const isEnough = () => performance.now() > end && isSafe()
      const [clicks] = await Promise.allSettled([
        core.recorder.finish(isEnough),
        Promise.all(jobs.map((job) => job.end())).then(() => core.tokens.flush()),
      ])
      tellLost()
      if (clicks.status === 'rejected') throw clicks.reason
      const { pending } = core.recorder.counts
      if (pending > 0 && isEnough()) logger.info({ pending }, 'clicks still wait; they are folded after the next start')
    },
  }
}

interface Repeated {
  /** Stops it, after the turn that is under way. */
  end(): Promise<void>
}

async function sweep(core: Core, clickRetentionMs: number, ending: AbortSignal): Promise<void> {
  while (!ending.aborted && (await core.storage.open.sweep(core.clock(), clickRetentionMs)) > 0) {
    await setTimeout(SWEEP_PAUSE_MS, undefined, { ref: false })
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
