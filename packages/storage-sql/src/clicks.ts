// Folds clicks: raw rows, hourly roll-ups, visitors and the links' own counts, in one transaction.
import type { Click, ClickStore } from '@linkwright/core'
import { sql } from 'kysely'
import { toBit } from './columns.ts'
import { atomically, type Connection } from './connection.ts'
import { holdLinks } from './holding.ts'
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

export function clickStore(connection: Connection): ClickStore {
  const most = connection.engine.rowsAtOnce
  const write = {
    raw: writeRaw(most),
    hours: addHours(most),
    visitors: addVisitors(most),
    orphans: writeOrphans(most),
  }
  return {
    append(clicks, orphans) {
      if (clicks.length === 0 && orphans.length === 0) return Promise.resolve()
      return atomically(connection, async (inner) => {
        const { db } = inner
        const owners = await holdLinks(
          inner,
          clicks.map(({ linkId }) => linkId),
        )
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
        await write.orphans(
          db,
          orphans.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
        )
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

/** Gives the ids of the clicks that were not there yet. */
function writeRaw(most: number) {
  return insertRows<'linkwright_click', { readonly id: string }>('linkwright_click', CLICK, most, (insert) =>
    insert.onConflict((conflict) => conflict.column('id').doNothing()).returning('id'),
  )
}

function addHours(most: number) {
  const sum = (column: 'clicks' | 'people' | 'bots') =>
    sql<number>`${sql.ref(`linkwright_click_hour.${column}`)} + ${sql.ref(`excluded.${column}`)}`
  return insertRows('linkwright_click_hour', HOUR, most, (insert) =>
    insert.onConflict((conflict) =>
      conflict
        .columns(['link_id', 'hour', 'dimension', 'value'])
        .doUpdateSet({ clicks: sum('clicks'), people: sum('people'), bots: sum('bots') }),
    ),
  )
}

function addVisitors(most: number) {
  const hours = sql<number>`linkwright_click_visitor.hours | excluded.hours`
  return insertRows('linkwright_click_visitor', VISITOR, most, (insert) =>
    insert.onConflict((conflict) => conflict.columns(['link_id', 'day', 'visitor']).doUpdateSet({ hours })),
  )
}

function writeOrphans(most: number) {
  return insertRows('linkwright_orphan', ORPHAN, most, (insert) =>
    insert.onConflict((conflict) => conflict.column('id').doNothing()),
  )
}

async function countOnLinks({ db, engine }: Connection, links: ReadonlyMap<string, number>): Promise<void> {
  for (const part of batches([...links], engine.rowsAtOnce)) {
    const more = sql.join(part.map(([id, n]) => sql`(${id}, cast(${n} as bigint))`))
    await sql`update linkwright_link set clicks = clicks + more.column2
      from (values ${more}) as more where linkwright_link.id = more.column1`.execute(db)
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
