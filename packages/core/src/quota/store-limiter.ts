// The limiter of all processes on one storage: each call is a guarded write.
import { setTimeout } from 'node:timers/promises'
import { LinkwrightError } from '../errors.ts'
import { createTally, type Limiter, verdict, WINDOW_MS } from './limiter.ts'
import type { WindowStore } from './store.ts'

/** How long a call waits for the count. */
const PATIENCE_MS = 1_000
/** How long nobody waits any more, once the count did not come. */
const AWAY_MS = 1_000

/**
 * Exact for all processes together. While storage cannot count, reads must not stop for it: then each process goes on
 * from the last total that it knows, and exactness is suspended.
 */
export function createStoreLimiter(windows: WindowStore): Limiter {
  const tally = createTally()
  let askAgain = 0
  return {
    async take(key, limit, now) {
      const window = Math.floor(now / WINDOW_MS)
      const count = now < askAgain ? undefined : await inTime(windows.take(key, window, limit))
      if (count === undefined) {
        askAgain = Math.max(askAgain, now + AWAY_MS)
        return tally.take(key, limit, now)
      }
      tally.note(key, count.total ?? limit, now)
      return verdict(count.total !== null, limit - (count.total ?? limit), window, now)
    },
  }
}

interface Count {
  readonly total: number | null
}

/** Undefined if the count does not come in time, or storage is away. */
async function inTime(counting: Promise<number | null>): Promise<Count | undefined> {
  const over = new AbortController()
  try {
    return await Promise.race([
      counting.then((total) => ({ total }), away),
      setTimeout(PATIENCE_MS, undefined, { signal: over.signal, ref: false }).catch(() => undefined),
    ])
  } finally {
    over.abort()
  }
}

function away(error: unknown): undefined {
  if (!(error instanceof LinkwrightError) || error.code !== 'UNAVAILABLE') throw error
}
