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

/** The limiter of one process. All counters of a window are dropped together when the next one begins. */
export function createMemoryLimiter(): Limiter {
  let window = -1
  let counts = new Map<string, number>()
  return {
    take(key, limit, now) {
      const current = Math.floor(now / WINDOW_MS)
      // A call that read its clock just before the minute turned must not begin the minute anew.
      if (current > window || current < window - 1) {
        window = current
        counts = new Map()
      }
      const used = counts.get(key) ?? 0
      const allowed = used < limit
      if (allowed) counts.set(key, used + 1)
      return {
        allowed,
        remaining: Math.max(0, limit - used - (allowed ? 1 : 0)),
        resetSeconds: Math.ceil(((window + 1) * WINDOW_MS - now) / 1000),
      }
    },
  }
}
