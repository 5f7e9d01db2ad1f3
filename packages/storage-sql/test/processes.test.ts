// Several processes on one file: what must happen once happens once, whoever is first.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { linkRow, OWNER } from '@linkwright/conformance/sample'
import { LinkwrightError } from '@linkwright/core'
import { Kysely } from 'kysely'
import { afterAll, expect, test } from 'vitest'
import { ENGINES } from '../src/engine.ts'
import { compare, MIGRATIONS, migrate } from '../src/migrations/migrate.ts'
import type { Schema } from '../src/schema.ts'
import { sqliteDialect } from '../src/sqlite/dialect.ts'
import { openFile } from '../src/sqlite/file.ts'
import { sqlite } from '../src/sqlite/index.ts'
import { runTogether } from './together.ts'

const NAMES = MIGRATIONS.map(({ name }) => name)
const folder = mkdtempSync(join(tmpdir(), 'linkwright-processes-'))
let files = 0

afterAll(() => rmSync(folder, { recursive: true }))

function newPath(): string {
  return join(folder, `${++files}.db`)
}

async function openMigrated(path: string) {
  const storage = sqlite(path)
  await storage.migrate()
  return storage
}

test('of processes that start together on a new file exactly one migrates it', async () => {
  for (const count of [2, 2, 4]) {
    const path = newPath()
    const applied = await runTogether<string[]>(count, 'migrate', path)
    expect(applied.flat()).toEqual(NAMES)
    const storage = sqlite(path)
    expect(await storage.ready()).toBe('current')
    await storage.close()
  }
})

test('a file that another process is just making is waited for', async () => {
  const path = newPath()
  const other = runTogether(1, 'reserveFile', path)
  await expect.poll(() => existsSync(`${path}.reserved`), { timeout: 20_000 }).toBe(true)
  await sqlite(path).close()
  await other
})

test('a process that is killed in a migration leaves nothing of it', async () => {
  const path = newPath()
  await expect(runTogether(1, 'dieMigrating', path)).rejects.toThrow('SIGKILL')
  const db = new Kysely<Schema>({ dialect: sqliteDialect(openFile(path, 'normal')) })
  expect(await compare(db, ENGINES.sqlite)).toBe('empty')
  expect(await migrate(db, ENGINES.sqlite)).toEqual(NAMES)
  await db.destroy()
})

test('one place under a limit is given once', async () => {
  const path = newPath()
  const storage = await openMigrated(path)
  const { usage } = storage.of(OWNER)
  await usage.set('links', '2026-11', 9)
  const taken = await runTogether<number>(2, 'reserve', path, '10')
  expect(taken.toSorted()).toEqual([0, 1])
  expect(await usage.read('links', '2026-11')).toBe(10)
  await storage.close()
})

test('clicks are claimed exactly as often as the link allows', async () => {
  const path = newPath()
  const storage = await openMigrated(path)
  const link = linkRow({ id: 'link', slug: 'slug', maxClicks: 37 })
  await storage.of(OWNER).links.insert({ link, slugKey: link.slug, tombstonesSince: 0 })
  const claims = await runTogether<number>(2, 'claim', path, link.id)
  expect(claims.reduce((sum, n) => sum + n)).toBe(37)
  await storage.close()
})

test('a slug goes to one of those who want it, and to nobody else a SQLite error', async () => {
  const path = newPath()
  const storage = await openMigrated(path)
  const taken = await runTogether<number>(2, 'insert', path)
  expect(taken.reduce((sum, n) => sum + n)).toBe(100)
  await storage.close()
})

test('rules that are added at once fill the cap and leave no gap', async () => {
  const path = newPath()
  const storage = await openMigrated(path)
  const link = linkRow({ id: 'link', slug: 'slug' })
  await storage.of(OWNER).links.insert({ link, slugKey: link.slug, tombstonesSince: 0 })
  const added = await runTogether<number>(2, 'append', path, link.id, '150')
  expect(added.reduce((sum, n) => sum + n)).toBe(150)
  const rules = await storage.of(OWNER).rules.list(link.id)
  expect(rules?.map(({ priority }) => priority)).toEqual(Array.from({ length: 150 }, (_, index) => index + 1))
  await storage.close()
})

test('a file that another process keeps locked is unavailable', async () => {
  const path = newPath()
  const storage = await openMigrated(path)
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
