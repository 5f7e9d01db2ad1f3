// A size's own SQLite file.
import { createReadStream, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { sqlite } from '@linkwright/storage-sql/sqlite'
import type { Bulk, TableSize, Values } from './bulk.ts'
import type { Place } from './place.ts'

interface File {
  prepare(sql: string): {
    run(values: Values): unknown
    all(): unknown[]
  }
  pragma(text: string): unknown
  exec(sql: string): unknown
  close(): void
}

const Database = createRequire(import.meta.url)('better-sqlite3') as new (path: string) => File

export async function openSqlite(path: string): Promise<Place> {
  const storage = sqlite(path)
  await storage.migrate()
  return {
    storage,
    bulk: () => openBulk(path),
    async remove() {
      await storage.close()
      for (const ending of ['', '-wal', '-shm']) rmSync(path + ending, { force: true })
    },
  }
}

function openBulk(path: string): Bulk {
  const file = new Database(path)
  file.pragma('synchronous = off')
  file.pragma('foreign_keys = off')
  return {
    async insert(table, columns, rows) {
      const places = columns.map(() => '?').join(', ')
      const statement = file.prepare(`insert into ${table} (${columns.join(', ')}) values (${places})`)
      file.exec('begin')
      for (const row of rows) statement.run(row)
      file.exec('commit')
    },

    async finish() {
      file.pragma('wal_checkpoint(truncate)')
      // What was written first may have left the system's cache by now: costs are those of data in memory.
      for await (const _ of createReadStream(path)) {
      }
      const sizes = file
        .prepare(
          `select tbl_name as "table", sum(pgsize) as bytes from dbstat join sqlite_master on dbstat.name = sqlite_master.name group by tbl_name`,
        )
        .all() as TableSize[]
      const counted = sizes.map((one) => {
        const [{ rows } = { rows: 0 }] = file.prepare(`select count(*) as rows from ${one.table}`).all() as TableSize[]
        return { ...one, rows }
      })
      file.close()
      return counted
    },
  }
}
