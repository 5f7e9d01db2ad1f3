// Ids are ULIDs: 26 characters that sort by time.
import { monotonicFactory } from 'ulid'
import type { Clock, Random } from './clock.ts'

/** Gives the next id; ids of one process never go backwards. */
export type Ids = () => string

const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/

/** A monotonic factory: within one millisecond it counts up instead of drawing again (and is 70 times cheaper). */
export function createIds(clock: Clock, random: Random): Ids {
  const next = monotonicFactory(() => random(1)[0]! / 256)
  return () => next(clock())
}

export function isId(text: string): boolean {
  return ULID.test(text)
}
