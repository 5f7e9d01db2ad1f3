// Migrations: once each, whole or not at all, whoever starts them and how often.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kysely, sql } from 'kysely'
import { afterAll, expect, test } from 'vitest'
import { ENGINES } from '../engine.ts'
import type { Schema } from '../schema.ts'
import { sqliteDialect } from '../sqlite/dialect.ts'
import { openFile } from '../sqlite/file.ts'
import { sqlite } from '../sqlite/index.ts'
import { compare, MIGRATIONS, migrate } from './migrate.ts'
import type { Migration } from './migration.ts'
import { migrationSql } from './sql.ts'

const NAMES = MIGRATIONS.map(({ name }) => name)
const folder = mkdtempSync(join(tmpdir(), 'linkwright-migrations-'))
let files = 0

afterAll(() => rmSync(folder, { recursive: true }))

function newPath(): string {
  return join(folder, `${++files}.db`)
}

function open(path: string): Kysely<Schema> {
  return new Kysely<Schema>({ dialect: sqliteDialect(openFile(path, 'normal')) })
}

/** Everything that the schema consists of. */
async function schemaOf(db: Kysely<Schema>): Promise<unknown> {
  return (await sql`select type, name, sql from sqlite_master order by type, name`.execute(db)).rows
}

test('the second run finds nothing to do', async () => {
  const storage = sqlite(newPath())
  expect(await storage.ready()).toBe('empty')
  expect(await storage.migrate()).toEqual({ applied: NAMES })
  expect(await storage.ready()).toBe('current')
  expect(await storage.migrate()).toEqual({ applied: [] })
  await storage.close()
})

test('an interrupted migration leaves nothing of itself, and those before it stand', async () => {
  const db = open(newPath())
  const torn: Migration = {
    name: '9999-torn',
    statements: () => ['create table torn (id text)', 'insert into torn values (1)', 'create table torn (id text)'],
  }
  await expect(migrate(db, ENGINES.sqlite, [...MIGRATIONS, torn])).rejects.toThrow('torn')
  const clean = open(newPath())
  await migrate(clean, ENGINES.sqlite)
  expect(await schemaOf(db)).toEqual(await schemaOf(clean))
  expect(await compare(db, ENGINES.sqlite, [...MIGRATIONS, torn])).toBe('behind')
  const mended: Migration = { name: torn.name, statements: () => ['create table torn (id text)'] }
  expect(await migrate(db, ENGINES.sqlite, [...MIGRATIONS, mended])).toEqual([torn.name])
  await Promise.all([db.destroy(), clean.destroy()])
})

test('a schema of a later version is ahead, and stays as it is', async () => {
  const db = open(newPath())
  const later: Migration = { name: '9999-later', statements: () => ['create table later (id text)'] }
  await migrate(db, ENGINES.sqlite, [...MIGRATIONS, later])
  const before = await schemaOf(db)
  expect(await compare(db, ENGINES.sqlite)).toBe('ahead')
  await expect(migrate(db, ENGINES.sqlite)).rejects.toThrow('newer version')
  expect(await schemaOf(db)).toEqual(before)
  await db.destroy()
})

test('the SQL files are current, and make the same schema', async () => {
  const directory = new URL('../../sql/sqlite/', import.meta.url)
  const written = readdirSync(directory).map((name) => ({ name, sql: readFileSync(new URL(name, directory), 'utf8') }))
  expect(written).toEqual(migrationSql('sqlite').map(({ name, sql }) => ({ name: `${name}.sql`, sql })))

  const [byFile, byCall] = [open(newPath()), open(newPath())]
  for (const file of written) {
    for (const statement of file.sql.split(';\n').filter((text) => text.trim() !== '')) {
      await sql.raw(statement).execute(byFile)
    }
  }
  await migrate(byCall, ENGINES.sqlite)
  expect(await schemaOf(byFile)).toEqual(await schemaOf(byCall))
  expect(await compare(byFile, ENGINES.sqlite)).toBe('current')
  await Promise.all([byFile.destroy(), byCall.destroy()])
})

test('every table and index carries the prefix', async () => {
  const db = open(newPath())
  await migrate(db, ENGINES.sqlite)
  const { rows } = await sql<{ name: string }>`select name from sqlite_master`.execute(db)
  expect(rows.map(({ name }) => name).filter((name) => !/^(linkwright_|sqlite_)/.test(name))).toEqual([])
  await db.destroy()
})
