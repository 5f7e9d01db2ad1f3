// Takes a visitor out of the statistics: counts stay as they are, and nobody is behind them any more.
import { atomically, type Connection } from './connection.ts'
import { allLinks, holdLinks } from './holding.ts'
import { readRaw } from './raw.ts'
import { DAY_MS, dayOf } from './rollups.ts'
import { batches } from './rows.ts'

export interface VisitorRemoved {
  /** Raw rows. */
  readonly clicks: number
  /** Days of links. */
  readonly visitors: number
}

/** A link on a day on which the visitor was there. */
interface Stay {
  readonly linkId: string
  readonly day: number
  readonly clickIds: readonly string[]
}

/** Rows named in one statement. */
const MOST = 500
/** The visitor may click on while their clicks are removed: what came in meanwhile is removed by another turn. */
const TURNS = 5

/** @param day null: wherever the pseudonym stands */
export async function eraseVisitor(
  connection: Connection,
  pseudonym: string,
  day: number | null,
): Promise<VisitorRemoved> {
  const sum = { clicks: 0, visitors: 0 }
  for (let turn = 0; turn < TURNS; turn++) {
    const stays = [...(await findClicks(connection, pseudonym, day)), ...(await findDays(connection, pseudonym, day))]
    if (stays.length === 0) break
    for (const stay of stays) {
      const removed = await atomically(connection, (inner) => remove(inner, pseudonym, stay))
      sum.clicks += removed.clicks
      sum.visitors += removed.visitors
    }
  }
  return sum
}

async function findClicks(connection: Connection, pseudonym: string, day: number | null): Promise<readonly Stay[]> {
  const stays = new Map<string, Stay & { readonly clickIds: string[] }>()
  const span = day === null ? { from: null, to: null } : { from: day, to: day + DAY_MS }
  for await (const rows of readRaw(connection, span)) {
    for (const { id, at, link_id: linkId, visitor } of rows) {
      if (visitor !== pseudonym || (day !== null && dayOf(at) !== day)) continue
      const key = `${linkId} ${dayOf(at)}`
      const stay = stays.get(key) ?? { linkId, day: dayOf(at), clickIds: [] }
      stay.clickIds.push(id)
      stays.set(key, stay)
    }
  }
  return [...stays.values()]
}

/** Unique visitors outlive raw rows. */
async function findDays(connection: Connection, pseudonym: string, day: number | null): Promise<readonly Stay[]> {
  const stays: Stay[] = []
  for await (const ids of allLinks(connection)) {
    const rows = await connection.db
      .selectFrom('linkwright_click_visitor')
      .select(['link_id', 'day'])
      .where('link_id', 'in', ids)
      .where('visitor', '=', pseudonym)
      .$if(day !== null, (query) => query.where('day', '=', day!))
      .execute()
    stays.push(...rows.map((row) => ({ linkId: row.link_id, day: row.day, clickIds: [] })))
  }
  return stays
}

/** Raw rows and the day in one transaction, so that recounting finds them equal at any time. */
async function remove(connection: Connection, pseudonym: string, stay: Stay): Promise<VisitorRemoved> {
  const { db } = connection
  await holdLinks(connection, [stay.linkId])
  let clicks = 0
  for (const ids of batches(stay.clickIds, MOST)) {
    const { numUpdatedRows } = await db
      .updateTable('linkwright_click')
      .set({ visitor: '' })
      .where('id', 'in', ids)
      .where('visitor', '=', pseudonym)
      .executeTakeFirstOrThrow()
    clicks += Number(numUpdatedRows)
  }
  const { numDeletedRows } = await db
    .deleteFrom('linkwright_click_visitor')
    .where('link_id', '=', stay.linkId)
    .where('day', '=', stay.day)
    .where('visitor', '=', pseudonym)
    .executeTakeFirstOrThrow()
  return { clicks, visitors: Number(numDeletedRows) }
}
