// Several processes on one database: what must happen once happens once, whoever is first.
import { existsSync } from 'node:fs'
import { linkRow, OWNER } from '@linkwright/conformance/sample'
import { LinkwrightError, type Storage } from '@linkwright/core'
import { Kysely } from 'kysely'
import { afterAll, describe, expect, test } from 'vitest'
import { compare, MIGRATIONS, migrate } from '../src/migrations/migrate.ts'
import type { Schema } from '../src/schema.ts'
import { sqliteDialect } from '../src/sqlite/dialect.ts'
import { openFile } from '../src/sqlite/file.ts'
import { sqlite } from '../src/sqlite/index.ts'
import { createPlaces, ENGINE_NAMES, type Place, placeAt } from '../src/test-places.ts'
import { runTogether } from './together.ts'

const NAMES = MIGRATIONS.map(({ name }) => name)

async function openMigrated(place: Place): Promise<Storage> {
  const storage = place.open()
  await storage.migrate()
  return storage
}

describe.each(ENGINE_NAMES)('%s', (name) => {
  const places = createPlaces(name)
  afterAll(() => places.end())

  test('of processes that start together on a new database exactly one migrates it', async () => {
    for (const count of [2, 6]) {
      const place = await places.add()
      const applied = await runTogether<string[]>(count, 'migrate', place.at)
      // Each of them may have run one.
      expect(applied.flat().toSorted()).toEqual(NAMES)
      const storage = place.open()
      expect(await storage.ready()).toBe('current')
      await storage.close()
    }
  })

  test('a process that closes its storage sees that through, and ends', async () => {
    const place = await places.add()
    expect(await runTogether(1, 'watchAndClose', place.at)).toEqual(['closed'])
  })

  test('a process that is killed in a migration leaves nothing of it', async () => {
    const place = await places.add()
    await expect(runTogether(1, 'dieMigrating', place.at)).rejects.toThrow('SIGKILL')
    const { db, engine } = place.connect()
    expect(await compare(db, engine)).toBe('empty')
    expect(await migrate(db, engine)).toEqual(NAMES)
    await db.destroy()
  })

  test('one place under a limit is given once', async () => {
    const place = await places.add()
    const storage = await openMigrated(place)
    const { usage } = storage.of(OWNER)
    await usage.set('links', '2026-11', 9)
    const taken = await runTogether<number>(2, 'reserve', place.at, '10')
    expect(taken.toSorted()).toEqual([0, 1])
    expect(await usage.read('links', '2026-11')).toBe(10)
    await storage.close()
  })

  test('clicks are claimed exactly as often as the link allows', async () => {
    const place = await places.add()
    const storage = await openMigrated(place)
    const link = linkRow({ id: 'link', slug: 'slug', maxClicks: 37 })
    await storage.of(OWNER).links.insert({ link, slugKey: link.slug, tombstonesSince: 0 })
    const claims = await runTogether<number>(2, 'claim', place.at, link.id)
    expect(claims.reduce((sum, n) => sum + n)).toBe(37)
    await storage.close()
  })

  test('a slug goes to one of those who want it, and to nobody else an error of the database', async () => {
    const place = await places.add()
    const storage = await openMigrated(place)
    const taken = await runTogether<number>(2, 'insert', place.at)
    expect(taken.reduce((sum, n) => sum + n)).toBe(100)
    await storage.close()
  })

  test('rules that are added at once fill the cap and leave no gap', async () => {
    const place = await places.add()
    const storage = await openMigrated(place)
    const link = linkRow({ id: 'link', slug: 'slug' })
    await storage.of(OWNER).links.insert({ link, slugKey: link.slug, tombstonesSince: 0 })
    const added = await runTogether<number>(2, 'append', place.at, link.id, '150')
    expect(added.reduce((sum, n) => sum + n)).toBe(150)
    const rules = await storage.of(OWNER).rules.list(link.id)
    expect(rules?.map(({ priority }) => priority)).toEqual(Array.from({ length: 150 }, (_, index) => index + 1))
    await storage.close()
  })
})

describe('files', () => {
  const places = createPlaces('sqlite')
  afterAll(() => places.end())

  test('a file that another process is just making is waited for', async () => {
    const path = (await places.add()).at
    const other = runTogether(1, 'reserveFile', path)
    await expect.poll(() => existsSync(`${path}.reserved`), { timeout: 20_000 }).toBe(true)
    await sqlite(path).close()
    await other
  })

  test('a file that another process keeps locked is unavailable', async () => {
    const path = (await places.add()).at
    const storage = await openMigrated(placeAt(path))
    const other = openFile(path, 'normal')
    other.pragma('busy_timeout = 0')
    await storage.transaction(async (storage) => {
      await storage.of(OWNER).usage.set('links', '2026-11', 1)
      const db = new Kysely<Schema>({ dialect: sqliteDialect(other) })
      const write = db.insertInto('linkwright_salt').values({ day: '2026-11-22', salt: 'x' }).execute()
      await expect(write).rejects.toThrow(LinkwrightError)
      await expect(write).rejects.toMatchObject({ code: 'UNAVAILABLE' })
      await expect(db.transaction().execute(async () => {})).rejects.toMatchObject({ code: 'UNAVAILABLE' })
      await db.destroy()
    })
    await storage.close()
  })
})
