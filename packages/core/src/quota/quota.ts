// Meters: what is counted against a plan, and over which period.

/** Something that is counted. The period of `links` is a UTC calendar month. */
export type Meter = 'links'

export const METERS: readonly Meter[] = ['links']

/** The period that a moment belongs to: `2026-11`. */
export function monthOf(now: number): string {
  return new Date(now).toISOString().slice(0, 7)
}
