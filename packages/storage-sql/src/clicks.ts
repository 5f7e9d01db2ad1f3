// Folds clicks: raw rows, hourly roll-ups, visitors and the links' own counts, in one transaction.
import type { Click, ClickStore, Orphan } from '@linkwright/core'
import { sql } from 'kysely'
import { toBit } from './columns.ts'
import { atomically, type Connection } from './connection.ts'
import { type HourCount, rollUp, type VisitorDay } from './rollups.ts'

/** Rows a statement: engines cap how many values one may bind. */
const BATCH = 100

export function clickStore(connection: Connection): ClickStore {
  return {
    append(clicks, orphans) {
      if (clicks.length === 0 && orphans.length === 0) return Promise.resolve()
      return atomically(connection, async (inner) => {
        const owners = await ownersOf(inner, clicks)
        const fresh = await writeRaw(
          inner,
          clicks.filter((click) => owners.has(click.linkId)),
        )
        const { hours, visitors, links } = rollUp(fresh)
        await addHours(inner, hours, owners)
        await addVisitors(inner, visitors, owners)
        await countOnLinks(inner, links)
        await writeOrphans(inner, orphans)
      })
    },

    async salt(day, candidate) {
      const { db } = connection
      await db
        .insertInto('linkwright_salt')
        .values({ day, salt: candidate })
        .onConflict((conflict) => conflict.column('day').doNothing())
        .execute()
      const row = await db.selectFrom('linkwright_salt').select('salt').where('day', '=', day).executeTakeFirstOrThrow()
      return row.salt
    },
  }
}

/** The owners of those links that are there. */
async function ownersOf({ db }: Connection, clicks: readonly Click[]): Promise<ReadonlyMap<string, string>> {
  const owners = new Map<string, string>()
  for (const ids of batches([...new Set(clicks.map(({ linkId }) => linkId))])) {
    const rows = await db.selectFrom('linkwright_link').select(['id', 'owner_id']).where('id', 'in', ids).execute()
    for (const row of rows) owners.set(row.id, row.owner_id)
  }
  return owners
}

/** @returns the clicks that were not there yet */
async function writeRaw({ db }: Connection, clicks: readonly Click[]): Promise<Click[]> {
  const byId = new Map(clicks.map((click) => [click.id, click]))
  const fresh: Click[] = []
  for (const part of batches([...byId.values()])) {
    const rows = await db
      .insertInto('linkwright_click')
      .values(part.map(toRow))
      .onConflict((conflict) => conflict.column('id').doNothing())
      .returning('id')
      .execute()
    for (const { id } of rows) fresh.push(byId.get(id)!)
  }
  return fresh
}

async function addHours({ db }: Connection, hours: readonly HourCount[], owners: ReadonlyMap<string, string>) {
  const sum = (column: 'clicks' | 'people' | 'bots') =>
    sql<number>`${sql.ref(`linkwright_click_hour.${column}`)} + ${sql.ref(`excluded.${column}`)}`
  for (const part of batches(hours)) {
    await db
      .insertInto('linkwright_click_hour')
      .values(part.map(({ linkId, ...count }) => ({ owner_id: owners.get(linkId)!, link_id: linkId, ...count })))
      .onConflict((conflict) =>
        conflict
          .columns(['link_id', 'hour', 'dimension', 'value'])
          .doUpdateSet({ clicks: sum('clicks'), people: sum('people'), bots: sum('bots') }),
      )
      .execute()
  }
}

async function addVisitors({ db }: Connection, visitors: readonly VisitorDay[], owners: ReadonlyMap<string, string>) {
  const hours = sql<number>`linkwright_click_visitor.hours | excluded.hours`
  for (const part of batches(visitors)) {
    await db
      .insertInto('linkwright_click_visitor')
      .values(part.map(({ linkId, ...seen }) => ({ owner_id: owners.get(linkId)!, link_id: linkId, ...seen })))
      .onConflict((conflict) => conflict.columns(['link_id', 'day', 'visitor']).doUpdateSet({ hours }))
      .execute()
  }
}

/** Links that got equally many clicks share a statement. */
async function countOnLinks({ db }: Connection, links: ReadonlyMap<string, number>): Promise<void> {
  const byCount = new Map<number, string[]>()
  for (const [id, n] of links) byCount.set(n, [...(byCount.get(n) ?? []), id])
  for (const [n, ids] of byCount) {
    for (const part of batches(ids)) {
      await db
        .updateTable('linkwright_link')
        .set((eb) => ({ clicks: eb('clicks', '+', n) }))
        .where('id', 'in', part)
        .execute()
    }
  }
}

async function writeOrphans({ db }: Connection, orphans: readonly Orphan[]): Promise<void> {
  for (const part of batches(orphans)) {
    await db
      .insertInto('linkwright_orphan')
      .values(part.map(({ id, at, host, slug }) => ({ id, at, host, slug })))
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute()
  }
}

function toRow(click: Click) {
  return {
    id: click.id,
    at: click.at,
    link_id: click.linkId,
    rule_id: click.ruleId,
    outcome: click.outcome,
    counted: toBit(click.counted),
    bot: toBit(click.bot),
    prefetch: toBit(click.prefetch),
    head: toBit(click.head),
    country: click.country,
    device: click.device,
    browser: click.browser,
    referrer: click.referrer,
    language: click.language,
    visitor: click.visitor,
  }
}

function* batches<T>(rows: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < rows.length; start += BATCH) yield rows.slice(start, start + BATCH)
}
