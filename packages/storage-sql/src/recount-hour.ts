// One hour of the statistics against its raw rows.
import type { Discrepancy } from '@linkwright/core'
import { sql } from 'kysely'
import { atomically, type Connection, consistently } from './connection.ts'
import { allLinks, holdLinks, knownLinks, LINKS } from './holding.ts'
import { isStray, readRaw, toClick } from './raw.ts'
import { mendCounts, mendVisitors } from './recount-mend.ts'
import { bitOf, createTally, dayOf, HOUR_MS, hourOf, TOTAL } from './rollups.ts'
import { batches } from './rows.ts'

export interface ComparedHour {
  /** Raw rows of the hour. */
  readonly clicks: number
  /** Stored counts and visitors that were compared. */
  readonly looked: number
  /** Hours of raw rows that were found among these by chance. */
  readonly strays: readonly number[]
  readonly discrepancies: readonly Discrepancy[]
}

/** Links whose counts are compared: those that have raw rows in the hour, all that there are, or these. */
export type Which = 'clicked' | 'all' | readonly string[]

/** Where a count stands: `total` or a dimension with its value, or a visitor. */
type Place = Pick<Discrepancy, 'kind' | 'value'>
type Counts = NonNullable<Discrepancy['stored']>
type Side = Map<string, Place & { readonly counts: Counts }>

/** Links mended in one transaction. */
const MENDED = 50

/** In one consistent read, so that no fold comes between raw rows and counts. */
export function compareHour(connection: Connection, hour: number, which: Which): Promise<ComparedHour> {
  return consistently(connection, async (inner) => {
    const raw = await countRaw(inner, hour, typeof which === 'string' ? undefined : which)
    const discrepancies: Discrepancy[] = []
    let looked = 0
    for await (const linkIds of linksOf(inner, which, raw.byLink)) {
      const stored = await readStored(inner, hour, linkIds)
      for (const linkId of linkIds) {
        looked += stored.get(linkId)?.size ?? 0
        discrepancies.push(...compare(linkId, hour, stored.get(linkId), raw.byLink.get(linkId)))
      }
    }
    return { clicks: raw.clicks, looked, strays: [...raw.strays], discrepancies }
  })
}

/** Counts the hour anew for these links, and writes what differs. @returns what was changed */
export async function mendHour(
  connection: Connection,
  hour: number,
  linkIds: readonly string[],
): Promise<readonly Discrepancy[]> {
  const mended: Discrepancy[] = []
  for (const ids of batches(linkIds.toSorted(), MENDED)) {
    const some = await atomically(connection, async (inner) => {
      const owners = await holdLinks(inner, ids)
      const raw = await countRaw(inner, hour, ids)
      const stored = await readStored(inner, hour, ids)
      const differing = [...owners.keys()].flatMap((linkId) =>
        compare(linkId, hour, stored.get(linkId), raw.byLink.get(linkId)),
      )
      await mendCounts(inner, owners, differing)
      await mendVisitors(inner, owners, differing)
      return differing
    })
    mended.push(...some)
  }
  return mended
}

async function countRaw(connection: Connection, hour: number, linkIds: readonly string[] | undefined) {
  const tally = createTally()
  const strays = new Set<number>()
  let clicks = 0
  for await (const rows of readRaw(connection, { from: hour, to: hour + HOUR_MS, linkIds })) {
    const own = rows.filter(({ at }) => hourOf(at) === hour)
    clicks += own.length
    tally.add(own.map(toClick))
    for (const row of rows) if (hourOf(row.at) !== hour && isStray(row)) strays.add(hourOf(row.at))
  }
  const byLink = new Map<string, Side>()
  const { hours, visitors } = tally.total()
  for (const { linkId, dimension, value, clicks, people, bots } of hours) {
    put(byLink, linkId, placeOf(dimension, value), { clicks, people, bots })
  }
  for (const { linkId, visitor } of visitors) put(byLink, linkId, { kind: 'visitor', value: visitor }, SEEN)
  return { clicks, byLink, strays }
}

async function readStored({ db }: Connection, hour: number, linkIds: readonly string[]) {
  const stored = new Map<string, Side>()
  const counts = await db
    .selectFrom('linkwright_click_hour')
    .select(['link_id', 'dimension', 'value', 'clicks', 'people', 'bots'])
    .where('link_id', 'in', linkIds)
    .where('hour', '=', hour)
    .execute()
  for (const { link_id, dimension, value, ...numbers } of counts)
    put(stored, link_id, placeOf(dimension, value), numbers)
  const visitors = await db
    .selectFrom('linkwright_click_visitor')
    .select(['link_id', 'visitor'])
    .where('link_id', 'in', linkIds)
    .where('day', '=', dayOf(hour))
    .where(sql<boolean>`hours & ${sql.lit(bitOf(hour))} <> 0`)
    .execute()
  for (const { link_id, visitor } of visitors) put(stored, link_id, { kind: 'visitor', value: visitor }, SEEN)
  return stored
}

/** What stands for a visitor who was there. */
const SEEN: Counts = { visitors: 1 }

async function* linksOf(connection: Connection, which: Which, raw: ReadonlyMap<string, Side>) {
  if (which === 'all') yield* allLinks(connection)
  else {
    const ids = which === 'clicked' ? [...raw.keys()] : which
    // Of links that are gone only raw rows are left, until they are swept.
    for (const some of batches(ids, LINKS)) {
      const known = await knownLinks(connection, some)
      if (known.length > 0) yield known
    }
  }
}

function compare(linkId: string, hour: number, stored: Side = new Map(), recounted: Side = new Map()): Discrepancy[] {
  const differing: Discrepancy[] = []
  for (const key of new Set([...stored.keys(), ...recounted.keys()])) {
    const [is, should] = [stored.get(key), recounted.get(key)]
    if (is !== undefined && should !== undefined && isEqual(is.counts, should.counts)) continue
    const { kind, value } = (is ?? should)!
    differing.push({ linkId, kind, hour, value, stored: is?.counts ?? null, recounted: should?.counts ?? null })
  }
  return differing
}

function isEqual(a: Counts, b: Counts): boolean {
  return Object.keys(a).every((name) => a[name] === b[name])
}

function placeOf(dimension: string, value: string): Place {
  // What is stored as a dimension was written as one.
  return dimension === TOTAL ? { kind: 'total', value: null } : { kind: dimension as Discrepancy['kind'], value }
}

function put(sides: Map<string, Side>, linkId: string, place: Place, counts: Counts): void {
  const side: Side = sides.get(linkId) ?? new Map()
  side.set(`${place.kind} ${place.value ?? ''}`, { ...place, counts })
  sides.set(linkId, side)
}
