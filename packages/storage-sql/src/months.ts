// Raw clicks in partitions of a month, where the engine keeps them so: made ahead of time, and dropped whole.
import { firstIdAt } from '@linkwright/core'
import { type Kysely, sql } from 'kysely'
import { atomically, type Connection } from './connection.ts'
import type { Schema } from './schema.ts'

const PREFIX = 'linkwright_click_'
/** What belongs to no month that has a partition. */
const REST = `${PREFIX}rest`
/** Held while partitions are made or dropped. */
const LOCK = 'linkwright_click_months'

interface Month {
  readonly name: string
  /** The first id of the month, and that of the next one. */
  readonly from: string
  readonly to: string
}

/** Makes the partitions of this month and the next, if they are not there. */
export async function addMonths(connection: Connection, now: number): Promise<void> {
  for (const ahead of [0, 1]) {
    const month = monthOf(now, ahead)
    if (await connection.engine.hasTable(connection.db, month.name)) continue
    await atomically(connection, async (inner) => {
      await inner.engine.lock(inner.db, LOCK)
      if (!(await inner.engine.hasTable(inner.db, month.name))) await addMonth(inner.db, month)
    })
  }
}

/** Drops the partitions of months that have ended before a moment. @returns how many */
export async function dropMonths(connection: Connection, before: number): Promise<number> {
  const firstKept = monthOf(before, 0).name
  const isOver = (name: string) => /^linkwright_click_\d{4}_\d{2}$/.test(name) && name < firstKept
  if (!(await monthsOf(connection.db)).some(isOver)) return 0
  return atomically(connection, async (inner) => {
    await inner.engine.lock(inner.db, LOCK)
    const names = (await monthsOf(inner.db)).filter(isOver)
    for (const name of names) await sql`drop table ${sql.table(name)}`.execute(inner.db)
    return names.length
  })
}

/**
 * Made beside the table and attached, which keeps nobody from writing clicks meanwhile but those who write into the
 * rest. Rows of the month that are there already move over, since no partition may be made for what the rest holds.
 */
async function addMonth(db: Kysely<Schema>, { name, from, to }: Month): Promise<void> {
  const [partition, rest, clicks] = [sql.table(name), sql.table(REST), sql.table('linkwright_click')]
  await sql`lock table ${rest} in access exclusive mode`.execute(db)
  await sql`create table ${partition} (like ${clicks} including all)`.execute(db)
  await sql`with moved as (delete from ${rest} where id >= ${from} and id < ${to} returning *)
    insert into ${partition} select * from moved`.execute(db)
  await sql`alter table ${clicks} attach partition ${partition} for values from (${sql.lit(from)}) to (${sql.lit(to)})`.execute(
    db,
  )
}

async function monthsOf(db: Kysely<Schema>): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`select relname as name from pg_class
    join pg_inherits on pg_inherits.inhrelid = pg_class.oid
    where inhparent = to_regclass('linkwright_click') order by relname`.execute(db)
  return rows.map(({ name }) => name)
}

function monthOf(at: number, ahead: number): Month {
  const date = new Date(at)
  const start = (offset: number) => Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + offset)
  const text = new Date(start(ahead)).toISOString()
  return {
    name: `${PREFIX}${text.slice(0, 4)}_${text.slice(5, 7)}`,
    from: firstIdAt(start(ahead)),
    to: firstIdAt(start(ahead + 1)),
  }
}
