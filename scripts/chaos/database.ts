// Looks into the database past the product: plain SQL, on SQLite by what Node brings, on Postgres by pg.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { root } from '../packages.ts'

export type EngineName = 'sqlite' | 'postgres'

export type Where =
  | { readonly engine: 'sqlite'; readonly path: string }
  | { readonly engine: 'postgres'; readonly url: string }

type Cells = Readonly<Record<string, string | number | null>>

export interface Database {
  rows(sql: string): Promise<readonly Cells[]>
  /** The one value of the one row. */
  value(sql: string): Promise<number>
  /** What the database itself finds broken. */
  damage(): Promise<readonly string[]>
  /** All tables, columns, indexes and constraints as text, in a fixed order. */
  schema(): Promise<string>
}

/** As much of pg as is used; its own types are no part of it. */
interface Client {
  connect(): Promise<void>
  query(sql: string): Promise<{ rows: Cells[] }>
  end(): Promise<void>
  on(event: 'error', listener: () => void): void
}

export function sqliteDatabase(path: string): Database {
  const rows = async (sql: string) => {
    const { DatabaseSync } = await import('node:sqlite')
    const database = new DatabaseSync(path, { readOnly: true, timeout: 5_000 })
    try {
      return database.prepare(sql).all() as Cells[]
    } finally {
      database.close()
    }
  }
  return {
    rows,
    value: async (sql) => Number(Object.values((await rows(sql))[0]!)[0]),
    async damage() {
      const found = (await rows('pragma integrity_check')).map((row) => String(row.integrity_check))
      const orphans = await rows('pragma foreign_key_check')
      return [...found.filter((text) => text !== 'ok'), ...orphans.map((row) => `no parent: ${JSON.stringify(row)}`)]
    },
    async schema() {
      const objects = await rows("select sql from sqlite_master where name not like 'sqlite_%' order by type, name")
      return objects.map(({ sql }) => sql).join('\n')
    },
  }
}

export function postgresDatabase(url: string): Database {
  const rows = async (sql: string) => {
    const client = createClient(url)
    await client.connect()
    try {
      return (await client.query(sql)).rows
    } finally {
      await client.end()
    }
  }
  return {
    rows,
    value: async (sql) => Number(Object.values((await rows(sql))[0]!)[0]),
    // Postgres has no check of its own for all of it; foreign keys and unique indexes were enforced at each write.
    damage: async () => [],
    schema: async () => (await rows(SCHEMA)).map(({ line }) => line).join('\n'),
  }
}

export async function runSql(url: string, sql: string): Promise<void> {
  const client = createClient(url)
  await client.connect()
  await client.query(sql).finally(() => client.end())
}

/** The driver of the product, by the package that depends on it. */
const DRIVER = 'pg'

function createClient(url: string): Client {
  const require = createRequire(join(root, 'packages', 'storage-sql', 'package.json'))
  const { Client } = require(DRIVER) as { Client: new (options: object) => Client }
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000, statement_timeout: 60_000 })
  // Whoever waits for an answer is told anyway.
  client.on('error', () => {})
  return client
}

const SCHEMA = `
select line from (
  select 'column ' || table_name || ' ' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' ||
    coalesce(column_default, '') || ' ' || coalesce(collation_name, '') as line
  from information_schema.columns where table_schema = current_schema()
  union all
  select 'index ' || indexdef from pg_indexes where schemaname = current_schema()
  union all
  select 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
  from pg_constraint where connamespace = current_schema()::regnamespace
) as lines order by line collate "C"`
