// Statistics of one owner's links, read from the hourly roll-ups.
import { type Count, DIMENSIONS, type Dimension, type StatsRow, type StatsStore } from '@linkwright/core'
import { sql } from 'kysely'
import { DAY_MS, dayOf, HOUR_MS, hourOf, TOTAL } from './rollups.ts'
import type { Scope } from './scope.ts'

const HOURS = 'linkwright_click_hour'
const MOST_FREQUENT = 100

type Owned = Scope<'owner_id'>

export function statsStore(scope: Owned): StatsStore {
  return {
    // Of one moment, so that no fold comes between a total and its parts.
    read: (linkId, from, to) => scope.consistently((inner) => readStats(inner, linkId, from, to)),
  }
}

async function readStats(scope: Owned, linkId: string, from: number, to: number): Promise<StatsRow> {
  const counts = scope
    .select(HOURS)
    .where('link_id', '=', linkId)
    .where('hour', '>=', hourOf(from))
    .where('hour', '<=', hourOf(to))
    .select(({ fn }) => [fn.sum('clicks').as('clicks'), fn.sum('people').as('people'), fn.sum('bots').as('bots')])
  const values = await counts.select(['dimension', 'value']).groupBy(['dimension', 'value']).orderBy('value').execute()
  // A literal, since a bound number may count as a fraction and the division as one of those.
  const day = sql<number>`hour / ${sql.lit(DAY_MS)}`
  const days = await counts.where('dimension', '=', TOTAL).select(day.as('day')).groupBy(day).orderBy(day).execute()

  const all = values.find(({ dimension }) => dimension === TOTAL)
  const total = toCount(null, all ?? { clicks: 0, people: 0 })
  const dimensions = DIMENSIONS.map((dimension) => {
    const known = values.filter((row) => row.dimension === dimension).map((row) => toCount(row.value, row))
    return [dimension, mostFrequent(withRest(total, known))] as const
  })
  return {
    clicks: total.clicks,
    people: total.people,
    bots: Number(all?.bots ?? 0),
    uniques: await countVisitors(scope, linkId, from, to),
    days: days.map((row) => toCount(new Date(row.day * DAY_MS).toISOString().slice(0, 10), row)),
    dimensions: Object.fromEntries(dimensions) as Record<Dimension, readonly Count[]>,
  }
}

/** What could not be told is not kept: it is what the values leave of the total. */
function withRest(total: Count, known: readonly Count[]): readonly Count[] {
  const clicks = known.reduce((rest, count) => rest - count.clicks, total.clicks)
  const people = known.reduce((rest, count) => rest - count.people, total.people)
  return clicks > 0 ? [{ value: null, clicks, people }, ...known] : known
}

function mostFrequent(counts: readonly Count[]): readonly Count[] {
  return counts.toSorted((a, b) => b.clicks - a.clicks).slice(0, MOST_FREQUENT)
}

/** The first and the last day count as far as their hours were asked for. */
async function countVisitors(scope: Owned, linkId: string, from: number, to: number): Promise<number> {
  const [first, last] = [dayOf(from), dayOf(to)]
  const since = bitsBetween((hourOf(from) - first) / HOUR_MS, 23)
  const until = bitsBetween(0, (hourOf(to) - last) / HOUR_MS)
  const { visitors } = await scope
    .select('linkwright_click_visitor')
    .select(({ fn }) => fn.countAll().as('visitors'))
    .where('link_id', '=', linkId)
    .where('day', '>=', first)
    .where('day', '<=', last)
    .where(sql<boolean>`hours & (case when day = ${first} then ${sql.lit(since)} else -1 end)
      & (case when day = ${last} then ${sql.lit(until)} else -1 end) <> 0`)
    .executeTakeFirstOrThrow()
  return Number(visitors)
}

function bitsBetween(first: number, last: number): number {
  return (2 << last) - (1 << first)
}

function toCount(value: string | null, row: { clicks: unknown; people: unknown }): Count {
  return { value, clicks: Number(row.clicks), people: Number(row.people) }
}
