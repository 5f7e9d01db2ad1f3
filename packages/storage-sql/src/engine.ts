// The one table of what tells the engines apart. Everything else in this package is the same SQL for all of them.
import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import type { Schema } from './schema.ts'

export interface Engine {
  readonly name: string
  /** The type of columns that hold text, compared byte by byte. */
  readonly text: string
  /** The column that numbers rows by itself and never gives a number twice. */
  readonly serial: string
  /** What ends the definition of a table whose rows are kept in the order of their key. */
  readonly keyOrdered: string
  /** Whether raw clicks are kept in a partition for each month, which is dropped whole when it is too old. */
  readonly partitionsClicks: boolean
  /** Rows that one statement of a fold writes at most. */
  readonly rowsAtOnce: number
  /** Whether a row must be locked before what depends on it is read; false where transactions that write exclude each other. */
  readonly locksRows: boolean
  /** Takes a lock of that name until the transaction ends, where `locksRows`. */
  lock(db: Kysely<Schema>, name: string): Promise<void>
  /** Takes the lock of migrations until the transaction ends, however long others hold it and this one needs it. */
  lockMigrations(db: Kysely<Schema>): Promise<void>
  hasTable(db: Kysely<Schema>, name: string): Promise<boolean>
  /** Tells every process of a change once the transaction commits; null where changes are rows that all look for. */
  readonly notify: ((db: Kysely<Schema>, change: string) => Promise<void>) | null
  /** Whether a transaction failed because of others that ran beside it, so that it may well succeed if it runs again. */
  isConflict(error: unknown): boolean
}

/** Where Postgres tells of changes. */
export const CHANNEL = 'linkwright'

export const ENGINES = {
  sqlite: {
    name: 'sqlite',
    text: 'text',
    serial: 'integer primary key autoincrement',
    keyOrdered: ' without rowid',
    partitionsClicks: false,
    rowsAtOnce: 100,
    locksRows: false,
    // Every transaction begins immediate: it has the only writer's place already.
    async lock() {},
    async lockMigrations() {},
    async hasTable(db, name) {
      const found = await sql`select 1 from sqlite_master where type = 'table' and name = ${name}`.execute(db)
      return found.rows.length > 0
    },
    notify: null,
    isConflict: () => false,
  },
  postgres: {
    name: 'postgres',
    text: 'text collate "C"',
    serial: 'bigint generated always as identity primary key',
    keyOrdered: '',
    partitionsClicks: true,
    rowsAtOnce: 500,
    locksRows: true,
    lock: takeAdvisoryLock,
    async lockMigrations(db) {
      await sql`select set_config(name, '0', true) from unnest(array['statement_timeout', 'lock_timeout']) as name`.execute(
        db,
      )
      await takeAdvisoryLock(db, 'linkwright_migration')
    },
    async hasTable(db, name) {
      const found =
        await sql`select 1 from pg_tables where schemaname = current_schema() and tablename = ${name}`.execute(db)
      return found.rows.length > 0
    },
    async notify(db, change) {
      await sql`select pg_notify(${CHANNEL}, current_schema() || ' ' || ${change})`.execute(db)
    },
    // A deadlock, and what came too late for the order that the engine has chosen.
    isConflict: (error) => error instanceof Error && 'code' in error && /^(40P01|40001)$/.test(String(error.code)),
  },
} as const satisfies Record<string, Engine>

/** The schema is part of the name: locks belong to the database, and several Linkwrights may share one. */
async function takeAdvisoryLock(db: Kysely<Schema>, name: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(current_schema() || '.' || ${name}, 0))`.execute(db)
}
