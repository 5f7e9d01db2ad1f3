// `@linkwright/storage-sql/sqlite`: storage in a SQLite file, through better-sqlite3.
import type { Storage, Watch } from '@linkwright/core'
import { Kysely, sql } from 'kysely'
import { askThrough } from '../connection.ts'
import { ENGINES } from '../engine.ts'
import type { Schema } from '../schema.ts'
import { sqlStorage } from '../storage.ts'
import { sqliteDialect } from './dialect.ts'
import { MEMORY, openFile, openReader, type Synchronous } from './file.ts'
import { askReader, watchReader } from './reader.ts'

export interface SqliteOptions {
  /**
   * `normal` survives a crash of the process; a power cut may undo the newest commits, never more. `full` survives both
   * and writes about five times slower. Default `normal`.
   */
  readonly synchronous?: Synchronous
  /** How often `watch` looks for changes of other processes (ms). Default 50. */
  readonly pollMs?: number
}

/**
 * Opens a SQLite file at once; it and its folder are made if they are not there. `':memory:'` keeps everything in this
 * storage alone and forgets it with `close`.
 *
 * @throws Error in one line if the file cannot be opened, or better-sqlite3 is not installed.
 */
export function sqlite(path: string, { synchronous = 'normal', pollMs = 50 }: SqliteOptions = {}): Storage {
  const writer = openFile(path, synchronous)
  const db = new Kysely<Schema>({ dialect: sqliteDialect(writer) })
  // In memory there is one connection only, and asking past its queue would read what is not committed.
  const reader = path === MEMORY ? undefined : openReader(path)
  const watches = new Set<Watch>()
  let closing: Promise<void> | undefined

  async function close(): Promise<void> {
    for (const watch of watches) watch.stop()
    reader?.close()
    // The queue first: what was asked before is still done.
    try {
      await db.connection().execute((queue) => sql`pragma wal_checkpoint(passive)`.execute(queue))
    } finally {
      await db.destroy()
    }
  }

  return sqlStorage(
    { db, engine: ENGINES.sqlite, ask: reader === undefined ? askThrough(db) : askReader(reader, db) },
    {
      spoolFolder: path === MEMORY ? undefined : `${path}-spool`,
      watch(listener) {
        // Nobody else has what is in memory.
        if (reader === undefined) return { healthy: () => true, stop() {} }
        const watch = watchReader(reader, pollMs, listener)
        watches.add(watch)
        return {
          healthy: watch.healthy,
          stop() {
            watch.stop()
            watches.delete(watch)
          },
        }
      },
      close() {
        closing ??= close()
        return closing
      },
    },
  )
}
