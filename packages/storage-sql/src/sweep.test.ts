// Sweeping: bounded, and only what has outlived its use.
import { linkRow, OWNER } from '@linkwright/conformance/sample'
import { type Click, firstIdAt } from '@linkwright/core'
import { afterAll, describe, expect, test } from 'vitest'
import { migrate } from './migrations/migrate.ts'
import { createPlaces, ENGINE_NAMES, storageOver } from './test-places.ts'

const NOW = Date.UTC(2026, 10, 22, 10)
const HOUR = 3_600_000
const DAY = 24 * HOUR

function click(id: string, linkId: string): Click {
  const flags = { counted: true, bot: false, prefetch: false, head: false, outcome: 'redirect' } as const
  const facts = { country: null, device: null, browser: null, referrer: null, language: null, ruleId: null }
  return { id, at: NOW, linkId, ...flags, ...facts, visitor: id }
}

describe.each(ENGINE_NAMES)('%s', (name) => {
  const places = createPlaces(name)
  afterAll(() => places.end())

  async function open() {
    const connection = (await places.add()).connect()
    await migrate(connection.db, connection.engine)
    return { db: connection.db, storage: storageOver(connection) }
  }

  test('a call removes a bounded number of each kind, and later calls the rest', async () => {
    const { db, storage } = await open()
    for (let i = 0; i < 2500; i++) await storage.open.keys.consumeNonce(OWNER.id, `${i}`, NOW - 1)
    expect([await storage.open.sweep(NOW), await storage.open.sweep(NOW), await storage.open.sweep(NOW)]).toEqual([
      1000, 1000, 500,
    ])
    expect(await storage.open.sweep(NOW)).toBe(0)
    await db.destroy()
  })

  test('what is still of use stays', async () => {
    const { db, storage } = await open()
    const record = { scope: 's', fingerprint: 'f', status: 201, body: '{}', sealed: false }
    await storage.open.idempotency.save({ ...record, key: 'old', createdAt: NOW - DAY - 1 })
    await storage.open.idempotency.save({ ...record, key: 'young', createdAt: NOW - DAY + 1 })
    await storage.open.keys.consumeNonce(OWNER.id, 'over', NOW - 1)
    await storage.open.keys.consumeNonce(OWNER.id, 'usable', NOW + 1)
    for (const day of ['2026-11-19', '2026-11-20']) await storage.open.clicks.salt(day, 'salt')
    for (const at of [NOW - HOUR - 1, NOW - HOUR + 1]) {
      await db.insertInto('linkwright_change').values({ kind: 'domain', host: 'a.example', at }).execute()
    }
    for (const [slug_key, at] of [
      ['old', NOW - 365 * DAY - 1],
      ['young', NOW - 365 * DAY + 1],
    ] as const) {
      await db.insertInto('linkwright_tombstone').values({ domain_key: '', slug_key, subject: 's', at }).execute()
    }
    expect(await storage.open.sweep(NOW)).toBe(5)
    expect(await storage.open.sweep(NOW)).toBe(0)
    expect(await storage.open.idempotency.find('s', 'young')).toBeDefined()
    expect(await storage.open.keys.consumeNonce(OWNER.id, 'usable', NOW + 1)).toBe(false)
    expect(await storage.open.clicks.salt('2026-11-20', 'another')).toBe('salt')
    await db.destroy()
  })

  test('raw clicks of links that are gone are found, however many others there are', async () => {
    const { db, storage } = await open()
    const { links } = storage.of(OWNER)
    for (const id of ['gone', 'kept']) {
      await links.insert({ link: linkRow({ id, slug: id }), slugKey: id, tombstonesSince: 0 })
    }
    const ids = Array.from({ length: 6000 }, (_, index) => String(index).padStart(5, '0'))
    await storage.open.clicks.append(
      ids.map((id, index) => click(id, index % 10 === 0 ? 'gone' : 'kept')),
      [],
    )
    await links.delete('gone', NOW)
    // Each call looks at 5000, and says how many it removed.
    expect([await storage.open.sweep(NOW), await storage.open.sweep(NOW), await storage.open.sweep(NOW)]).toEqual([
      500, 100, 0,
    ])
    const left = await db.selectFrom('linkwright_click').select('link_id').execute()
    expect(new Set(left.map((row) => row.link_id))).toEqual(new Set(['kept']))
    expect(left).toHaveLength(5400)
    await db.destroy()
  })

  test('raw clicks expire where they are told to, and statistics stay', async () => {
    const { db, storage } = await open()
    const link = linkRow({ id: 'link', slug: 'slug' })
    await storage.of(OWNER).links.insert({ link, slugKey: 'slug', tombstonesSince: 0 })
    const old = Array.from({ length: 2500 }, (_, index) => ({
      ...click(`${firstIdAt(NOW - 3 * DAY)}${String(index).padStart(16, '0')}`, 'link'),
      at: NOW - 3 * DAY,
    }))
    const young = click(`${firstIdAt(NOW - DAY)}${'0'.repeat(16)}`, 'link')
    await storage.open.clicks.append([...old, young], [])
    const stats = await storage.of(OWNER).stats.read('link', NOW - 3 * DAY, NOW)
    expect(stats).toMatchObject({ clicks: 2501, uniques: 2501 })
    const count = async () => (await db.selectFrom('linkwright_click').select('id').execute()).length
    for (let turn = 0; turn < 9; turn++) await storage.open.sweep(NOW)
    expect(await count()).toBe(2501)
    for (let turn = 0; turn < 9; turn++) await storage.open.sweep(NOW, Number.POSITIVE_INFINITY)
    expect(await count()).toBe(2501)
    // Bounded here too.
    await storage.open.sweep(NOW, 2 * DAY)
    expect(await count()).toBe(1501)
    for (let turn = 0; turn < 9; turn++) await storage.open.sweep(NOW, 2 * DAY)
    expect(await count()).toBe(1)
    expect(await storage.open.sweep(NOW, 2 * DAY)).toBe(0)
    expect(await storage.of(OWNER).stats.read('link', NOW - 3 * DAY, NOW)).toEqual(stats)
    await db.destroy()
  })

  test('several that sweep at once remove everything once', async () => {
    const place = await places.add()
    const storages = Array.from({ length: 4 }, () => place.open())
    await storages[0]!.migrate()
    const { db } = place.connect()
    const rows = Array.from({ length: 3000 }, (_, n) => ({ owner_id: 'project', nonce: `${n}`, expires_at: NOW - 1 }))
    for (let n = 0; n < rows.length; n += 100) {
      await db
        .insertInto('linkwright_nonce')
        .values(rows.slice(n, n + 100))
        .execute()
    }
    let removed = 0
    for (let turn = 0; turn < 4; turn++) {
      for (const count of await Promise.all(storages.map(({ open }) => open.sweep(NOW)))) removed += count
    }
    expect(removed).toBe(3000)
    for (const storage of storages) await storage.close()
    await db.destroy()
  })
})
