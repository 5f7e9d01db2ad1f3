// `@linkwright/storage-sql/postgres`: storage in a Postgres database, through pg.
import { LinkwrightError, type Storage } from '@linkwright/core'
import { Kysely, sql } from 'kysely'
import type { Connection } from '../connection.ts'
import { askThrough } from '../connection.ts'
import { ENGINES } from '../engine.ts'
import { migrate } from '../migrations/migrate.ts'
import { addMonths } from '../months.ts'
import type { Schema } from '../schema.ts'
import { sqlStorage } from '../storage.ts'
import { openClients, type PostgresOptions, shareClients } from './clients.ts'
import { postgresDialect } from './dialect.ts'
import type { PostgresPool } from './driver.ts'
import { createWatches } from './listener.ts'
import { askPrepared } from './questions.ts'

export type { PostgresOptions } from './clients.ts'
export type { PostgresPool } from './driver.ts'

/**
 * A storage in the database of a URL. Connections are opened when they are needed.
 *
 * @throws Error in one line if the URL is none, or pg is not installed.
 */
export function postgres(url: string, options?: PostgresOptions): Storage
/** A storage on a `pg.Pool` that the host has already, and closes; `watch` keeps one of its connections. */
export function postgres(pool: PostgresPool): Storage
export function postgres(place: string | PostgresPool, options: PostgresOptions = {}): Storage {
  const clients = typeof place === 'string' ? openClients(place, options) : shareClients(place)
  const db = new Kysely<Schema>({ dialect: postgresDialect(clients) })
  const connection: Connection = { db, engine: ENGINES.postgres, ask: askPrepared(clients, db) }
  const watches = createWatches(clients)
  const storage = sqlStorage(connection, {
    watch: (listener) => watches.add(listener),
    async close() {
      watches.stop()
      await clients.end()
    },
  })

  // Migrations wait for each other, and may take longer than any other statement.
  const patient = new Kysely<Schema>({ dialect: postgresDialect(clients, 'endless') })
  return {
    ...storage,
    async migrate() {
      if (options.schema !== undefined) await makeSchema(patient, options.schema)
      const applied = await migrate(patient, ENGINES.postgres)
      await addMonths({ db: patient, engine: ENGINES.postgres, ask: askThrough(patient) }, Date.now()).catch(passOver)
      return { applied }
    },
  }
}

/** Who reads clicks for long stands in the way of a new month, which sweeping makes later; the rest takes its rows so far. */
function passOver(error: unknown): void {
  if (!(error instanceof LinkwrightError)) throw error
}

/** Under a lock: of two that make the same schema at once, one would fail. */
async function makeSchema(db: Kysely<Schema>, name: string): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(hashtextextended(${`linkwright_schema.${name}`}, 0))`.execute(transaction)
    await sql`create schema if not exists ${sql.id(name)}`.execute(transaction)
  })
}
