// Adds clicks up, so that what is written is one row an hour and value instead of one a click.
import { type Click, DIMENSIONS, type Dimension, isPerson } from '@linkwright/core'

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS

/** The dimension of all clicks. */
export const TOTAL = ''

interface HourCount {
  readonly linkId: string
  readonly dimension: Dimension | typeof TOTAL
  readonly hour: number
  readonly value: string
  clicks: number
  people: number
  bots: number
}

interface VisitorDay {
  readonly linkId: string
  readonly day: number
  readonly visitor: string
  /** One bit an hour. */
  hours: number
}

export interface Rollup {
  readonly hours: readonly HourCount[]
  readonly visitors: readonly VisitorDay[]
  /** Clicks by link. */
  readonly links: ReadonlyMap<string, number>
}

/** A roll-up that grows. */
export interface Tally {
  add(clicks: readonly Click[]): void
  total(): Rollup
}

export function rollUp(clicks: readonly Click[]): Rollup {
  const tally = createTally()
  tally.add(clicks)
  return tally.total()
}

/** Only clicks that count are rolled up. A visitor who was erased is nobody. */
export function createTally(): Tally {
  const hours = new Map<string, HourCount>()
  const visitors = new Map<string, VisitorDay>()
  const links = new Map<string, number>()
  return {
    add(clicks) {
      for (const click of clicks) {
        if (!click.counted) continue
        links.set(click.linkId, (links.get(click.linkId) ?? 0) + 1)
        addHour(hours, click, TOTAL, '')
        for (const dimension of DIMENSIONS) {
          const value = readDimension(click, dimension)
          if (value) addHour(hours, click, dimension, value)
        }
        if (isPerson(click) && click.visitor !== '') addVisitor(visitors, click)
      }
    },
    total: () => ({ hours: [...hours.values()], visitors: [...visitors.values()], links }),
  }
}

/** The start of the hour that a moment belongs to. */
export function hourOf(at: number): number {
  return Math.floor(at / HOUR_MS) * HOUR_MS
}

/** The start of the day (UTC) that a moment belongs to. */
export function dayOf(at: number): number {
  return Math.floor(at / DAY_MS) * DAY_MS
}

/** The bit of an hour among those of its day. */
export function bitOf(hour: number): number {
  return 1 << ((hour - dayOf(hour)) / HOUR_MS)
}

function readDimension(click: Click, dimension: Dimension): string | null {
  return dimension === 'rule' ? click.ruleId : click[dimension]
}

function addHour(hours: Map<string, HourCount>, click: Click, dimension: HourCount['dimension'], value: string): void {
  const { linkId } = click
  const hour = hourOf(click.at)
  const key = `${linkId} ${hour} ${dimension} ${value}`
  let count = hours.get(key)
  if (count === undefined) {
    count = { linkId, dimension, hour, value, clicks: 0, people: 0, bots: 0 }
    hours.set(key, count)
  }
  count.clicks++
  if (isPerson(click)) count.people++
  if (click.bot) count.bots++
}

function addVisitor(visitors: Map<string, VisitorDay>, { linkId, at, visitor }: Click): void {
  const day = dayOf(at)
  const key = `${linkId} ${day} ${visitor}`
  let seen = visitors.get(key)
  if (seen === undefined) {
    seen = { linkId, day, visitor, hours: 0 }
    visitors.set(key, seen)
  }
  seen.hours |= bitOf(hourOf(at))
}
