// Removes rows that have outlived their use, a bounded number at a time.
import { firstIdAt, IDEMPOTENCY_TTL_MS, WINDOW_MS } from '@linkwright/core'
import { sql } from 'kysely'
import { atomically, type Connection } from './connection.ts'
import { addMonths, dropMonths } from './months.ts'
import { DAY_MS, HOUR_MS } from './rollups.ts'
import type { Schema } from './schema.ts'

/** Rows of a table that one call removes at most. */
const BATCH = 1000
/** Raw clicks that one call looks at, whether their link is still there. */
const LOOK = 5000
/** How long the counts of a rate limit are kept. */
const WINDOWS_MS = 600_000

/** A row goes once its `column` is below `before`, the lowest first. */
interface Expiry {
  readonly table: keyof Schema
  readonly key: readonly string[]
  readonly column: string
  readonly before: number | string
}

export async function sweep(
  connection: Connection,
  now: number,
  clickRetentionMs = Number.POSITIVE_INFINITY,
): Promise<number> {
  const expiries: Expiry[] = [
    { table: 'linkwright_idempotency', key: ['scope', 'key'], column: 'created_at', before: now - IDEMPOTENCY_TTL_MS },
    { table: 'linkwright_nonce', key: ['owner_id', 'nonce'], column: 'expires_at', before: now },
    { table: 'linkwright_tombstone', key: ['domain_key', 'slug_key'], column: 'at', before: now - 365 * DAY_MS },
    { table: 'linkwright_change', key: ['seq'], column: 'at', before: now - HOUR_MS },
    { table: 'linkwright_orphan', key: ['id'], column: 'id', before: firstIdAt(now - 30 * DAY_MS) },
    // Without its salt nobody can tell any more which address a day's visitors had.
    { table: 'linkwright_salt', key: ['day'], column: 'day', before: toDay(now - 2 * DAY_MS) },
    { table: 'linkwright_window', key: ['key', 'window'], column: 'window', before: toWindow(now - WINDOWS_MS) },
  ]
  if (clickRetentionMs < now) {
    expiries.push({ table: 'linkwright_click', key: ['id'], column: 'id', before: firstIdAt(now - clickRetentionMs) })
  }
  let removed = await atomically(connection, sweepClicks)
  for (const expiry of expiries) removed += await expire(connection, expiry)
  // Last, since making and dropping tables has to wait for those who read them.
  if (connection.engine.partitionsClicks) {
    await addMonths(connection, now)
    if (clickRetentionMs < now) removed += await dropMonths(connection, now - clickRetentionMs)
  }
  return removed
}

async function expire({ db, engine }: Connection, { table, key, column, before }: Expiry): Promise<number> {
  const columns = sql.join(key.map((name) => sql.ref(name)))
  // Who sweeps at the same time takes other rows.
  const own = engine.locksRows ? sql` for update skip locked` : sql``
  const { numAffectedRows } = await sql`with gone as materialized (
    select ${columns} from ${sql.table(table)} where ${sql.ref(column)} < ${before}
    order by ${sql.ref(column)} limit ${sql.lit(BATCH)}${own}
  ) delete from ${sql.table(table)} where (${columns}) in (select ${columns} from gone)`.execute(db)
  return Number(numAffectedRows ?? 0n)
}

/**
 * Raw clicks of links that are gone. They have no index by link, so each call looks at the next rows in the order of
 * their key, and the one after the last call begins again.
 */
async function sweepClicks({ db, engine }: Connection): Promise<number> {
  await engine.lock(db, 'linkwright_sweep')
  const place = await db
    .selectFrom('linkwright_sweep')
    .select('position')
    .where('name', '=', 'clicks')
    .executeTakeFirst()
  const rows = await db
    .selectFrom('linkwright_click as click')
    .leftJoin('linkwright_link as link', 'link.id', 'click.link_id')
    .where('click.id', '>', place?.position ?? '')
    .orderBy('click.id')
    .limit(LOOK)
    .select(['click.id', 'link.id as link_id'])
    .execute()
  const gone = rows.filter((row) => row.link_id === null).map((row) => row.id)
  if (gone.length > 0) await db.deleteFrom('linkwright_click').where('id', 'in', gone).execute()
  const position = rows.length < LOOK ? '' : rows.at(-1)!.id
  if (position !== (place?.position ?? '')) {
    await db
      .insertInto('linkwright_sweep')
      .values({ name: 'clicks', position })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ position }))
      .execute()
  }
  // Looking alone is no work: nobody goes on at once for it, or all raw clicks would be read in each sweep.
  return gone.length
}

function toDay(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}

function toWindow(at: number): number {
  return Math.floor(at / WINDOW_MS)
}
