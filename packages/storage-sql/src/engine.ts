// The one table of what tells the engines apart. Everything else in this package is the same SQL for all of them.
import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import type { Schema } from './schema.ts'

export interface Engine {
  readonly name: string
  /** The column that numbers rows by itself and never gives a number twice. */
  readonly serial: string
  /** What ends the definition of a table whose rows are kept in the order of their key. */
  readonly keyOrdered: string
  /** Whether a row must be locked before what depends on it is read; false where transactions that write exclude each other. */
  readonly locksRows: boolean
  /** Takes a lock of that name until the transaction ends, where `locksRows`. */
  lock(db: Kysely<Schema>, name: string): Promise<void>
  hasTable(db: Kysely<Schema>, name: string): Promise<boolean>
}

export const ENGINES = {
  sqlite: {
    name: 'sqlite',
    serial: 'integer primary key autoincrement',
    keyOrdered: ' without rowid',
    locksRows: false,
    // Every transaction begins immediate: it has the only writer's place already.
    async lock() {},
    async hasTable(db, name) {
      const found = await sql`select 1 from sqlite_master where type = 'table' and name = ${name}`.execute(db)
      return found.rows.length > 0
    },
  },
} as const satisfies Record<string, Engine>
