// What clicks ask of storage.
import type { Click, Dimension, Orphan } from './click.ts'

/** Clicks of one value of a dimension; null is what could not be told. */
export interface Count {
  readonly value: string | null
  readonly clicks: number
  readonly people: number
}

export interface StatsRow {
  readonly clicks: number
  readonly people: number
  readonly bots: number
  /** Different visitors, each counted once a day (UTC). */
  readonly uniques: number
  /** Days (`2026-11-22`) with clicks, in order. */
  readonly days: readonly Count[]
  /** The most frequent values of each dimension, 100 at most. */
  readonly dimensions: Readonly<Record<Dimension, readonly Count[]>>
}

export interface StatsStore {
  /** Counts from the hour of `from` up to the hour of `to`, both included (ms). */
  read(linkId: string, from: number, to: number): Promise<StatsRow>
}

export interface ClickStore {
  /**
   * Writes raw rows and adds them to the hourly roll-ups, unique visitors and the link's own count, in one transaction.
   * Ids that are there already, and links that are gone, are passed over: a batch can be given again without harm.
   */
  append(clicks: readonly Click[], orphans: readonly Orphan[]): Promise<void>
  /** The salt of a day (`2026-11-22`): the one on file, or the candidate if there is none. */
  salt(day: string, candidate: string): Promise<string>
}
