// Statistics against the raw rows that they were counted from: finds what differs, and mends it.
import type { Discrepancy, RecountListener, RecountReport, RecountSpan, RecountStore } from '@linkwright/core'
import { sql } from 'kysely'
import type { Connection } from './connection.ts'
import { allLinks } from './holding.ts'
import { compareHour, mendHour, type Which } from './recount-hour.ts'
import { compareLinks, mendLinks } from './recount-links.ts'
import { bitOf, DAY_MS, dayOf, HOUR_MS, hourOf } from './rollups.ts'

/** What is done about an hour, or some links, that seem to differ. @returns what is to be told */
interface Handling {
  hour(hour: number, which: Which): Promise<readonly Discrepancy[]>
  links(discrepancies: readonly Discrepancy[]): Promise<readonly Discrepancy[]>
}

export function recountStore(connection: Connection): RecountStore {
  const find = async (hour: number, which: Which) => (await compareHour(connection, hour, which)).discrepancies
  const tell: Handling = { hour: find, links: async (discrepancies) => discrepancies }
  const mend: Handling = {
    hour: async (hour, which) => mendHour(connection, hour, linksIn(await find(hour, which))),
    links: (discrepancies) => mendLinks(connection, linksIn(discrepancies)),
  }
  return {
    verify: (span, listener) => recount(connection, span, listener, tell),
    rebuild: (span, listener) => recount(connection, span, listener, mend),
  }
}

/**
 * First every hour for the links that have raw rows in it, which costs little: counts have no index by hour. Then the
 * hours that differed, or that hold more than was looked at, once more: in those, counts of other links are wrong.
 */
async function recount(
  connection: Connection,
  span: RecountSpan,
  listener: RecountListener,
  handling: Handling,
): Promise<RecountReport> {
  const { linkId } = span
  const from = await firstHour(connection, span)
  const hours = from === null ? 0 : Math.max(0, (span.to - from) / HOUR_MS)
  const suspects = new Map<number, Which>()
  const strays = new Set<number>()
  const looked = new Map<number, number>()
  let clicks = 0
  for (let done = 0; done < hours; done++) {
    const hour = from! + done * HOUR_MS
    const which = linkId === null ? 'clicked' : [linkId]
    const compared = await compareHour(connection, hour, which)
    clicks += compared.clicks
    looked.set(hour, compared.looked)
    for (const stray of compared.strays) strays.add(stray)
    if (compared.discrepancies.length > 0) suspects.set(hour, which)
    listener.progress(done + 1, hours)
  }
  if (linkId === null && hours > 0) {
    const stored = await countStored(connection, from!, span.to)
    for (const [hour, count] of looked) if ((stored.get(hour) ?? 0) !== count) suspects.set(hour, 'all')
  }
  // What a clock that was wrong has spread over other hours cannot be told from what is missing.
  const leftOut = [...suspects.keys()].filter((hour) => strays.has(hour)).sort((a, b) => a - b)
  for (const [hour, which] of suspects) {
    if (strays.has(hour)) continue
    for (const discrepancy of await handling.hour(hour, which)) listener.found(discrepancy)
  }
  let links = 0
  for await (const compared of compareLinks(connection, linkId)) {
    links += compared.links
    for (const discrepancy of await handling.links(compared.discrepancies)) listener.found(discrepancy)
  }
  const whole = hours > 0 ? { from, to: span.to } : { from: null, to: null }
  return { ...whole, hours, clicks, links, leftOut }
}

/** The first hour that is asked for and has all its raw rows; null if there are none. */
async function firstHour(connection: Connection, { from }: RecountSpan): Promise<number | null> {
  const { db } = connection
  const oldest = await db.selectFrom('linkwright_click').select('at').orderBy('id').limit(1).executeTakeFirst()
  if (oldest === undefined) return null
  const first = hourOf(oldest.at)
  // Where counts are older than raw rows, these have been swept, maybe up to the middle of an hour.
  const whole = (await hasCountsBefore(connection, first)) ? first + HOUR_MS : first
  return Math.max(whole, from ?? whole)
}

async function hasCountsBefore(connection: Connection, hour: number): Promise<boolean> {
  for await (const ids of allLinks(connection)) {
    const row = await connection.db
      .selectFrom('linkwright_click_hour')
      .select('hour')
      .where('link_id', 'in', ids)
      .where('hour', '<', hour)
      .limit(1)
      .executeTakeFirst()
    if (row !== undefined) return true
  }
  return false
}

/** How many counts and visitors are stored for each hour. */
async function countStored(connection: Connection, from: number, to: number): Promise<ReadonlyMap<number, number>> {
  const counts = new Map<number, number>()
  const add = (hour: number, n: unknown) => counts.set(hour, (counts.get(hour) ?? 0) + Number(n))
  const hoursOfDay = Array.from({ length: DAY_MS / HOUR_MS }, (_, n) => n * HOUR_MS)
  const seen = hoursOfDay.map((hour) =>
    sql<number>`sum(case when hours & ${sql.lit(bitOf(hour))} <> 0 then 1 else 0 end)`.as(`at${hour}`),
  )
  for await (const ids of allLinks(connection)) {
    const hours = await connection.db
      .selectFrom('linkwright_click_hour')
      .select(({ fn }) => ['hour', fn.countAll().as('rows')])
      .where('link_id', 'in', ids)
      .where('hour', '>=', from)
      .where('hour', '<', to)
      .groupBy('hour')
      .execute()
    for (const { hour, rows } of hours) add(hour, rows)
    const days = await connection.db
      .selectFrom('linkwright_click_visitor')
      .select(['day', ...seen])
      .where('link_id', 'in', ids)
      .where('day', '>=', dayOf(from))
      .where('day', '<', to)
      .groupBy('day')
      .execute()
    for (const row of days) for (const hour of hoursOfDay) add(row.day + hour, row[`at${hour}`])
  }
  return counts
}

function linksIn(discrepancies: readonly Discrepancy[]): readonly string[] {
  return [...new Set(discrepancies.map(({ linkId }) => linkId))]
}
