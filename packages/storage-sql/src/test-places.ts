// Databases for the tests that run on every engine: each place is one of its own, and may be opened several times.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Storage } from '@linkwright/core'
import { Kysely } from 'kysely'
import { askThrough, type Connection } from './connection.ts'
import { ENGINES } from './engine.ts'
import { openClients } from './postgres/clients.ts'
import { postgresDialect } from './postgres/dialect.ts'
import { postgres } from './postgres/index.ts'
import { dropDatabase, newDatabase, newName, runSql } from './postgres/test-database.ts'
import type { Schema } from './schema.ts'
import { sqliteDialect } from './sqlite/dialect.ts'
import { openFile } from './sqlite/file.ts'
import { sqlite } from './sqlite/index.ts'
import { sqlStorage } from './storage.ts'

export interface Place {
  /** A path or a URL, as another process may be told of it. */
  readonly at: string
  /** Opens the storage as users do. */
  open(): Storage
  /** Opens the tables themselves; `db.destroy` closes them. */
  connect(): Connection
}

export interface Places {
  add(): Promise<Place>
  /** Removes all places. */
  end(): Promise<void>
}

export type EngineName = keyof typeof ENGINES

export const ENGINE_NAMES = Object.keys(ENGINES) as EngineName[]

export function createPlaces(engine: EngineName): Places {
  return engine === 'sqlite' ? files() : schemas()
}

/** A busy machine gets more time than a server would. */
export const PATIENT = { connectTimeoutMs: 30_000, lockTimeoutMs: 30_000, statementTimeoutMs: 30_000 }

/** A storage over tables that are open already. */
export function storageOver(connection: Connection): Storage {
  return sqlStorage(connection, {
    watch: () => ({ healthy: () => true, stop() {} }),
    close: () => connection.db.destroy(),
  })
}

export function placeAt(at: string): Place {
  if (!at.startsWith('postgres:')) {
    return {
      at,
      open: () => sqlite(at),
      connect() {
        const db = new Kysely<Schema>({ dialect: sqliteDialect(openFile(at, 'normal')) })
        return { db, engine: ENGINES.sqlite, ask: askThrough(db) }
      },
    }
  }
  return {
    at,
    open: () => postgres(at, PATIENT),
    connect() {
      const db = new Kysely<Schema>({ dialect: postgresDialect(openClients(at, PATIENT)) })
      return { db, engine: ENGINES.postgres, ask: askThrough(db) }
    },
  }
}

function files(): Places {
  const folder = mkdtempSync(join(tmpdir(), 'linkwright-places-'))
  let count = 0
  return {
    add: async () => placeAt(join(folder, `${++count}.db`)),
    async end() {
      rmSync(folder, { recursive: true })
    },
  }
}

function schemas(): Places {
  let database: Promise<string> | undefined
  return {
    async add() {
      database ??= newDatabase()
      const schema = newName()
      await runSql(await database, `create schema ${schema}`)
      const url = new URL(await database)
      url.searchParams.set('options', `-c search_path=${schema}`)
      return placeAt(url.href)
    },
    async end() {
      if (database !== undefined) await dropDatabase(await database)
    },
  }
}
