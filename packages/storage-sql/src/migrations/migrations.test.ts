// Migrations: once each, whole or not at all, whoever starts them and how often.
import { readdirSync, readFileSync } from 'node:fs'
import { type Kysely, sql } from 'kysely'
import { afterAll, describe, expect, test } from 'vitest'
import type { Schema } from '../schema.ts'
import { createPlaces, ENGINE_NAMES, type EngineName } from '../test-places.ts'
import { compare, MIGRATIONS, migrate } from './migrate.ts'
import type { Migration } from './migration.ts'
import { migrationSql } from './sql.ts'

const NAMES = MIGRATIONS.map(({ name }) => name)

/** Everything that the schema consists of. */
async function schemaOf(db: Kysely<Schema>, name: EngineName): Promise<readonly unknown[]> {
  if (name === 'sqlite') return rowsOf(db, 'select type, name, sql from sqlite_master order by type, name')
  const mine = 'pg_class.relnamespace = current_schema()::regnamespace'
  return [
    await rowsOf(db, `select relname as name, relkind as kind from pg_class where ${mine} order by relname`),
    await rowsOf(
      db,
      `select relname as name, attname as column, format_type(atttypid, atttypmod) as type, attnotnull as required,
      attcollation::regcollation as collation, attidentity as identity
      from pg_attribute join pg_class on pg_class.oid = attrelid
      where ${mine} and attnum > 0 order by relname, attnum`,
    ),
    await rowsOf(
      db,
      `select conname as name, pg_get_constraintdef(pg_constraint.oid) as sql
      from pg_constraint join pg_class on pg_class.oid = conrelid where ${mine} order by relname, conname`,
    ),
    await rowsOf(
      db,
      `select indexname as name, replace(indexdef, schemaname || '.', '') as sql
      from pg_indexes where schemaname = current_schema() order by indexname`,
    ),
  ]
}

async function rowsOf(db: Kysely<Schema>, text: string): Promise<readonly { name: string }[]> {
  return (await sql.raw<{ name: string }>(text).execute(db)).rows
}

describe.each(ENGINE_NAMES)('%s', (name) => {
  const places = createPlaces(name)
  afterAll(() => places.end())

  async function connect() {
    return (await places.add()).connect()
  }

  test('the second run finds nothing to do', async () => {
    const storage = (await places.add()).open()
    expect(await storage.ready()).toBe('empty')
    expect(await storage.migrate()).toEqual({ applied: NAMES })
    expect(await storage.ready()).toBe('current')
    expect(await storage.migrate()).toEqual({ applied: [] })
    await storage.close()
  })

  test('of eight that start at once each migration is run by one', async () => {
    const place = await places.add()
    const storages = Array.from({ length: 8 }, () => place.open())
    const reports = await Promise.all(storages.map((storage) => storage.migrate()))
    expect(reports.flatMap(({ applied }) => applied).toSorted()).toEqual(NAMES)
    for (const storage of storages) {
      expect(await storage.ready()).toBe('current')
      await storage.close()
    }
  })

  test('an interrupted migration leaves nothing of itself, and those before it stand', async () => {
    const { db, engine } = await connect()
    const torn: Migration = {
      name: '9999-torn',
      statements: () => ['create table torn (id text)', `insert into torn values ('1')`, 'create table torn (id text)'],
    }
    await expect(migrate(db, engine, [...MIGRATIONS, torn])).rejects.toThrow('torn')
    const { db: clean } = await connect()
    await migrate(clean, engine)
    expect(await schemaOf(db, name)).toEqual(await schemaOf(clean, name))
    expect(await compare(db, engine, [...MIGRATIONS, torn])).toBe('behind')
    const mended: Migration = { name: torn.name, statements: () => ['create table torn (id text)'] }
    expect(await migrate(db, engine, [...MIGRATIONS, mended])).toEqual([torn.name])
    await Promise.all([db.destroy(), clean.destroy()])
  })

  test('a schema of a later version is ahead, and stays as it is', async () => {
    const { db, engine } = await connect()
    const later: Migration = { name: '9999-later', statements: () => ['create table later (id text)'] }
    await migrate(db, engine, [...MIGRATIONS, later])
    const before = await schemaOf(db, name)
    expect(await compare(db, engine)).toBe('ahead')
    await expect(migrate(db, engine)).rejects.toThrow('newer version')
    expect(await schemaOf(db, name)).toEqual(before)
    await db.destroy()
  })

  test('a database of the first version goes on from there', async () => {
    const { db, engine } = await connect()
    expect(await migrate(db, engine, MIGRATIONS.slice(0, 1))).toEqual(NAMES.slice(0, 1))
    expect(await compare(db, engine)).toBe('behind')
    expect(await migrate(db, engine)).toEqual(NAMES.slice(1))
    expect(await compare(db, engine)).toBe('current')
    await db.destroy()
  })

  test('the SQL files are current, and make the same schema', async () => {
    const directory = new URL(`../../sql/${name}/`, import.meta.url)
    const written = readdirSync(directory).map((file) => ({
      name: file,
      sql: readFileSync(new URL(file, directory), 'utf8'),
    }))
    expect(written).toEqual(migrationSql(name).map(({ name, sql }) => ({ name: `${name}.sql`, sql })))

    const [{ db: byFile, engine }, { db: byCall }] = [await connect(), await connect()]
    for (const file of written) {
      for (const statement of file.sql.split(';\n').filter((text) => text.trim() !== '')) {
        await sql.raw(statement).execute(byFile)
      }
    }
    await migrate(byCall, engine)
    expect(await schemaOf(byFile, name)).toEqual(await schemaOf(byCall, name))
    expect(await compare(byFile, engine)).toBe('current')
    await Promise.all([byFile.destroy(), byCall.destroy()])
  })

  test('every table and index carries the prefix', async () => {
    const { db, engine } = await connect()
    await migrate(db, engine)
    const [first, ...rest] = await schemaOf(db, name)
    const names = (rest.length > 0 && Array.isArray(first) ? first : [first, ...rest]) as { name: string }[]
    expect(names.length).toBeGreaterThan(NAMES.length)
    expect(names.map((each) => each.name).filter((each) => !/^(linkwright_|sqlite_)/.test(each))).toEqual([])
    await db.destroy()
  })
})
