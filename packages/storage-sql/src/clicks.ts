// Folds clicks: raw rows, hourly roll-ups, visitors and the links' own counts, in one transaction.
import type { Click, ClickStore } from '@linkwright/core'
import { sql } from 'kysely'
import { toBit } from './columns.ts'
import { atomically, type Connection } from './connection.ts'
import { rollUp } from './rollups.ts'
import { batches, insertRows } from './rows.ts'

const HOUR = ['owner_id', 'link_id', 'hour', 'dimension', 'value', 'clicks', 'people', 'bots'] as const
const VISITOR = ['owner_id', 'link_id', 'day', 'visitor', 'hours'] as const
const ORPHAN = ['id', 'at', 'host', 'slug'] as const
const CLICK = [
  'id',
  'at',
  'link_id',
  'rule_id',
  'outcome',
  'counted',
  'bot',
  'prefetch',
  'head',
  'country',
  'device',
  'browser',
  'referrer',
  'language',
  'visitor',
] as const

/** Links asked for or counted on in one statement. */
const LINKS = 100

export function clickStore(connection: Connection): ClickStore {
  const write = { raw: writeRaw(), hours: addHours(), visitors: addVisitors(), orphans: writeOrphans() }
  return {
    append(clicks, orphans) {
      if (clicks.length === 0 && orphans.length === 0) return Promise.resolve()
      return atomically(connection, async (inner) => {
        const { db } = inner
        const owners = await ownersOf(inner, clicks)
        const byId = new Map(clicks.filter(({ linkId }) => owners.has(linkId)).map((click) => [click.id, click]))
        const inserted = await write.raw(db, [...byId.values()].map(toRow))
        // What was there already has been counted.
        const { hours, visitors, links } = rollUp(inserted.map(({ id }) => byId.get(id)!))
        const keys = (linkId: string) => ({ owner_id: owners.get(linkId)!, link_id: linkId })
        await write.hours(
          db,
          hours.map(({ linkId, ...count }) => ({ ...keys(linkId), ...count })),
        )
        await write.visitors(
          db,
          visitors.map(({ linkId, ...seen }) => ({ ...keys(linkId), ...seen })),
        )
        await countOnLinks(inner, links)
        await write.orphans(db, orphans)
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
  for (const ids of batches([...new Set(clicks.map(({ linkId }) => linkId))], LINKS)) {
    const rows = await db.selectFrom('linkwright_link').select(['id', 'owner_id']).where('id', 'in', ids).execute()
    for (const row of rows) owners.set(row.id, row.owner_id)
  }
  return owners
}

/** Gives the ids of the clicks that were not there yet. */
function writeRaw() {
  return insertRows<'linkwright_click', { readonly id: string }>('linkwright_click', CLICK, (insert) =>
    insert.onConflict((conflict) => conflict.column('id').doNothing()).returning('id'),
  )
}

function addHours() {
  const sum = (column: 'clicks' | 'people' | 'bots') =>
    sql<number>`${sql.ref(`linkwright_click_hour.${column}`)} + ${sql.ref(`excluded.${column}`)}`
  return insertRows('linkwright_click_hour', HOUR, (insert) =>
    insert.onConflict((conflict) =>
      conflict
        .columns(['link_id', 'hour', 'dimension', 'value'])
        .doUpdateSet({ clicks: sum('clicks'), people: sum('people'), bots: sum('bots') }),
    ),
  )
}

function addVisitors() {
  const hours = sql<number>`linkwright_click_visitor.hours | excluded.hours`
  return insertRows('linkwright_click_visitor', VISITOR, (insert) =>
    insert.onConflict((conflict) => conflict.columns(['link_id', 'day', 'visitor']).doUpdateSet({ hours })),
  )
}

function writeOrphans() {
  return insertRows('linkwright_orphan', ORPHAN, (insert) =>
    insert.onConflict((conflict) => conflict.column('id').doNothing()),
  )
}

/** Links that got equally many clicks share a statement. */
async function countOnLinks({ db }: Connection, links: ReadonlyMap<string, number>): Promise<void> {
  const byCount = new Map<number, string[]>()
  for (const [id, n] of links) byCount.set(n, [...(byCount.get(n) ?? []), id])
  for (const [n, ids] of byCount) {
    for (const part of batches(ids, LINKS)) {
      await db
        .updateTable('linkwright_link')
        .set((eb) => ({ clicks: eb('clicks', '+', n) }))
        .where('id', 'in', part)
        .execute()
    }
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
