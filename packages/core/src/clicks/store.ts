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

/** What is recounted. Hours are told by their start (ms). */
export interface RecountSpan {
  /** The first hour; null: the first one whose raw rows are all there. */
  readonly from: number | null
  /** The end: the first hour that is left out. */
  readonly to: number
  /** One link alone. */
  readonly linkId: string | null
}

/** A count in the statistics that is not what the raw rows behind it add up to. */
export interface Discrepancy {
  readonly linkId: string
  /** `total` is all clicks of an hour, `visitor` whether a visitor was there in it, `link` the link's own count. */
  readonly kind: 'total' | Dimension | 'visitor' | 'link'
  readonly hour: number | null
  /** The dimension's value, or the visitor's pseudonym. */
  readonly value: string | null
  /** Null where nothing is stored. */
  readonly stored: Readonly<Record<string, number>> | null
  /** Null where nothing should be. */
  readonly recounted: Readonly<Record<string, number>> | null
}

export interface RecountListener {
  found(discrepancy: Discrepancy): void
  /** How many hours are done of how many. */
  progress(done: number, of: number): void
}

/** What was compared. */
export interface RecountReport {
  /** The hours compared, from and up to; null where none could be. */
  readonly from: number | null
  readonly to: number | null
  readonly hours: number
  /** Raw rows read in them. */
  readonly clicks: number
  /** Links whose own count was compared with the hours. */
  readonly links: number
  /** Hours left out: raw rows of theirs carry ids of another time, made while a clock was wrong. */
  readonly leftOut: readonly number[]
}

/** Statistics against the raw rows that they were counted from. Right while others fold. */
export interface RecountStore {
  /** Finds what differs, in the hours whose raw rows are all there. */
  verify(span: RecountSpan, listener: RecountListener): Promise<RecountReport>
  /** Mends what differs, an hour or some links in a transaction; `found` is told of what was changed. */
  rebuild(span: RecountSpan, listener: RecountListener): Promise<RecountReport>
}
