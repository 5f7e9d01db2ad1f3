// What Postgres itself adds to the suite: pools, prepared statements, timeouts, aborted transactions, and its end.
import { linkRow, OWNER } from '@linkwright/conformance/sample'
import type { Change } from '@linkwright/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { postgres } from './index.ts'
import { dropDatabase, newDatabase, newName, openPool, runSql } from './test-database.ts'

let url: string
beforeAll(async () => {
  url = await newDatabase()
})
afterAll(() => dropDatabase(url))

const UNAVAILABLE = { code: 'UNAVAILABLE' }

test('a statement that failed inside a transaction and was passed over does not look like a success', async () => {
  const storage = postgres(url, { schema: newName() })
  await storage.migrate()
  const work = storage.transaction(async (inner) => {
    await inner.of(OWNER).usage.set('links', '2026-11', 1)
    // Text that no column takes.
    await expect(inner.of(OWNER).links.get('\0')).rejects.toThrow()
  })
  await expect(work).rejects.toThrow()
  expect(await storage.of(OWNER).usage.read('links', '2026-11')).toBe(0)
  await storage.close()
})

test("a host's pool is used, prepares the redirect's questions, and stays open", async () => {
  const schema = newName()
  await runSql(url, `create schema ${schema}`)
  const pool = openPool(url, `-c search_path=${schema}`)
  const storage = postgres(pool)
  await storage.migrate()
  const link = linkRow({ id: 'link', slug: 'slug', requireSignature: true })
  await storage.of(OWNER).links.insert({ link, slugKey: 'slug', tombstonesSince: 0 })
  const ask = async () => {
    expect(await storage.open.snapshots.get(null, 'slug')).toMatchObject({ link, rules: [], keys: [] })
    expect(await storage.open.tokens.byHash('none')).toBeUndefined()
    expect(await storage.open.domains.byHost('none.example')).toBeUndefined()
  }
  await ask()
  await ask()
  const client = await pool.connect()
  const prepared = await client.query({
    text: 'select name, generic_plans + custom_plans as uses from pg_prepared_statements',
  })
  // The host's own parsers are as they were: numbers of eight bytes are text.
  const uses = prepared.rows as { name: string; uses: string }[]
  expect(uses.filter(({ name }) => name.startsWith('linkwright_'))).toHaveLength(4)
  expect(uses.map((row) => row.uses)).toEqual(['2', '2', '2', '2'])
  // A later version's migration, under statements that are prepared already.
  await client.query({ text: 'alter table linkwright_link add column later text' })
  client.release()
  await ask()
  await storage.close()
  expect((await runOn(pool, 'select 1 as one')).rows).toEqual([{ one: 1 }])
  await pool.end()
})

async function runOn(pool: ReturnType<typeof openPool>, text: string) {
  const client = await pool.connect()
  try {
    return await client.query({ text })
  } finally {
    client.release()
  }
}

test('what others hold too long is unavailable, and free again afterwards', async () => {
  const schema = newName()
  const holder = postgres(url, { schema })
  await holder.migrate()
  for (const limit of [{ lockTimeoutMs: 100 }, { statementTimeoutMs: 100 }]) {
    const storage = postgres(url, { schema, ...limit })
    await storage.of(OWNER).usage.set('links', '2026-11', 1)
    await holder.transaction(async (inner) => {
      await inner.of(OWNER).usage.set('links', '2026-11', 2)
      await expect(storage.of(OWNER).usage.set('links', '2026-11', 3)).rejects.toMatchObject(UNAVAILABLE)
      const work = storage.transaction((inner) => inner.of(OWNER).usage.reserve('links', '2026-11', 9, 1))
      await expect(work).rejects.toMatchObject(UNAVAILABLE)
    })
    expect(await storage.of(OWNER).usage.reserve('links', '2026-11', 9, 1)).toBe(3)
    await storage.close()
  }
  await holder.close()
})

test('whoever finds no connection free in time is told so', async () => {
  const storage = postgres(url, { schema: newName(), poolSize: 1, connectTimeoutMs: 200 })
  await storage.migrate()
  await storage.transaction(async (inner) => {
    await inner.of(OWNER).usage.set('links', '2026-11', 2)
    await expect(storage.of(OWNER).usage.read('links', '2026-11')).rejects.toMatchObject(UNAVAILABLE)
  })
  expect(await storage.of(OWNER).usage.read('links', '2026-11')).toBe(2)
  await storage.close()
})

test('transactions that stand in each other’s way run again', async () => {
  const storage = postgres(url, { schema: newName() })
  await storage.migrate()
  const { usage } = storage.of(OWNER)
  let runs = 0
  // Each takes the first row, waits until both have, and then wants the other's.
  let waiting = 0
  let open = () => {}
  const both = new Promise<void>((resolve) => {
    open = resolve
  })
  const cross = (mine: string, theirs: string) =>
    storage.transaction(async (inner) => {
      runs++
      await inner.of(OWNER).usage.reserve('links', mine, 10, 1)
      if (++waiting === 2) open()
      await both
      await inner.of(OWNER).usage.reserve('links', theirs, 10, 1)
    })
  await Promise.all([cross('a', 'b'), cross('b', 'a')])
  expect(runs).toBeGreaterThan(2)
  expect([await usage.read('links', 'a'), await usage.read('links', 'b')]).toEqual([2, 2])
  await storage.close()
})

test('closing waits for what was asked before, and may be repeated', async () => {
  const schema = newName()
  const storage = postgres(url, { schema, poolSize: 2 })
  await storage.migrate()
  const watch = storage.watch(() => {})
  const writes = Array.from({ length: 20 }, () =>
    storage.transaction((inner) => inner.of(OWNER).usage.reserve('links', '2026-11', 100, 1)),
  )
  await Promise.all([...writes, storage.close(), storage.close()])
  await storage.close()
  watch.stop()
  await expect(storage.of(OWNER).usage.read('links', '2026-11')).rejects.toThrow('closed')
  const again = postgres(url, { schema })
  expect(await again.of(OWNER).usage.read('links', '2026-11')).toBe(20)
  await again.close()
})

test('a storage that was never used can be closed', async () => {
  await postgres(url).close()
})

test('two schemas of one database do not hear each other, nor share a row', async () => {
  const storages = [newName(), newName()].map((schema) => postgres(url, { schema }))
  const heard: Change[][] = [[], []]
  for (const [index, storage] of storages.entries()) {
    await storage.migrate()
    const watch = storage.watch((changes) => heard[index]!.push(...changes))
    await expect.poll(() => watch.healthy()).toBe(true)
    heard[index]!.length = 0
  }
  const change = (slug: string): Change => ({ kind: 'link', domainId: null, slug })
  await storages[0]!.open.announce(change('first'))
  await storages[1]!.open.announce(change('second'))
  await expect.poll(() => heard).toEqual([[change('first')], [change('second')]])
  await storages[0]!.of(OWNER).usage.set('links', '2026-11', 1)
  expect(await storages[1]!.of(OWNER).usage.read('links', '2026-11')).toBe(0)
  for (const storage of storages) await storage.close()
})

test('a name that is none for a schema is refused', () => {
  for (const schema of ['', 'a b', 'A', '"', 'a;b', 'x'.repeat(64)]) {
    expect(() => postgres(url, { schema })).toThrow(/^Not a name for a schema/)
  }
})
