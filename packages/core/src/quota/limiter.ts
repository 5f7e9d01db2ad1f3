// Rate limits: a fixed window of 60 s that starts at each whole minute UTC.
import type { MaybePromise } from '../clock.ts'

export const WINDOW_MS = 60_000

export interface Verdict {
  readonly allowed: boolean
  /** Requests left in this window. */
  readonly remaining: number
  /** Whole seconds until the window ends, at least 1. */
  readonly resetSeconds: number
}

/** Counts calls; exactly `limit` pass in a window, however parallel. A refused call does not count. */
export interface Limiter {
  take(key: string, limit: number, now: number): MaybePromise<Verdict>
}

/** The limiter of one process. */
export function createMemoryLimiter(): Limiter {
  const tally = createTally()
  return { take: (key, limit, now) => tally.take(key, limit, now) }
}

/** Counts by key in the window of the moment. All counters of a window are dropped together when the next one begins. */
export function createTally() {
  let window = -1
  let counts = new Map<string, number>()

  function turn(now: number): void {
    const current = Math.floor(now / WINDOW_MS)
    // A call that read its clock just before the minute turned must not begin the minute anew.
    if (current > window || current < window - 1) {
      window = current
      counts = new Map()
    }
  }

  return {
    take(key: string, limit: number, now: number): Verdict {
      turn(now)
      const used = counts.get(key) ?? 0
      const allowed = used < limit
      if (allowed) counts.set(key, used + 1)
      return verdict(allowed, limit - used - (allowed ? 1 : 0), window, now)
    },

    /** Notes what others have counted. */
    note(key: string, total: number, now: number): void {
      turn(now)
      counts.set(key, Math.max(total, counts.get(key) ?? 0))
    },
  }
}

/** @param window the number of the window that the call was counted in */
export function verdict(allowed: boolean, remaining: number, window: number, now: number): Verdict {
  const resetSeconds = Math.max(1, Math.ceil(((window + 1) * WINDOW_MS - now) / 1000))
  return { allowed, remaining: Math.max(0, remaining), resetSeconds }
}
