// Brings a schema up to date. Kysely's own migrator takes no lock on SQLite, so that two processes that start together collide.
import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import type { Engine } from '../engine.ts'
import type { Schema } from '../schema.ts'
import { initial } from './0001-initial.ts'
import { windows } from './0002-windows.ts'
import type { Migration } from './migration.ts'

/** All migrations, oldest first. What is here is never edited, only followed. */
export const MIGRATIONS: readonly Migration[] = [initial, windows]

export const LEDGER = 'create table if not exists linkwright_migration (name text primary key not null)'

/**
 * Runs what is missing, each migration in a transaction of its own.
 * @returns the names of those that this call ran
 * @throws Error for a schema that a newer version has made
 */
export async function migrate(db: Kysely<Schema>, engine: Engine, migrations = MIGRATIONS): Promise<readonly string[]> {
  const state = await compare(db, engine, migrations)
  if (state === 'ahead') throw new Error('The database was migrated by a newer version of Linkwright: upgrade this one')
  if (state === 'current') return []
  const applied: string[] = []
  for (const migration of migrations) {
    if (await db.transaction().execute((transaction) => run(transaction, engine, migration)))
      applied.push(migration.name)
  }
  return applied
}

/** Whether the schema is what these migrations make of it. */
export async function compare(
  db: Kysely<Schema>,
  engine: Engine,
  migrations = MIGRATIONS,
): Promise<'current' | 'behind' | 'ahead' | 'empty'> {
  if (!(await engine.hasTable(db, 'linkwright_migration'))) return 'empty'
  const applied = await appliedNames(db)
  if (applied.size === 0) return 'empty'
  if (migrations.some(({ name }) => !applied.has(name))) return 'behind'
  return applied.size > migrations.length ? 'ahead' : 'current'
}

/** The list of names is read again under the lock: another process may have been faster. */
async function run(db: Kysely<Schema>, engine: Engine, migration: Migration): Promise<boolean> {
  await engine.lockMigrations(db)
  await sql.raw(LEDGER).execute(db)
  if ((await appliedNames(db)).has(migration.name)) return false
  for (const statement of migration.statements(engine)) await sql.raw(statement).execute(db)
  await db.insertInto('linkwright_migration').values({ name: migration.name }).execute()
  return true
}

async function appliedNames(db: Kysely<Schema>): Promise<ReadonlySet<string>> {
  const rows = await db.selectFrom('linkwright_migration').select('name').execute()
  return new Set(rows.map(({ name }) => name))
}
