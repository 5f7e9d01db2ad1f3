// Folding by several processes: each click counts once, whoever folds it and however often.
import { linkRow, OWNER } from '@linkwright/conformance/sample'
import type { Click } from '@linkwright/core'
import { sql } from 'kysely'
import { afterAll, describe, expect, test } from 'vitest'
import { createPlaces, ENGINE_NAMES } from './test-places.ts'

const NOW = Date.UTC(2026, 10, 22, 10)
const LINKS = 12
const CLICKS = 1200
const BATCH = 100

function click(n: number): Click {
  return {
    id: `click${String(n).padStart(6, '0')}`,
    at: NOW,
    linkId: `link${n % LINKS}`,
    ruleId: null,
    outcome: 'redirect',
    counted: true,
    bot: false,
    prefetch: false,
    head: false,
    country: ['DE', 'AT', 'CH'][n % 3]!,
    device: 'mobile',
    browser: null,
    referrer: null,
    language: 'de',
    visitor: `visitor${n % 50}`,
  }
}

describe.each(ENGINE_NAMES)('%s', (name) => {
  const places = createPlaces(name)
  afterAll(() => places.end())

  test('four that fold overlapping batches at once, in any order, count every click once', async () => {
    const place = await places.add()
    const storages = Array.from({ length: 4 }, () => place.open())
    const [first] = storages
    await first!.migrate()
    for (let n = 0; n < LINKS; n++) {
      const link = linkRow({ id: `link${n}`, slug: `slug${n}` })
      await first!.of(OWNER).links.insert({ link, slugKey: link.slug, tombstonesSince: 0 })
    }
    const all = Array.from({ length: CLICKS }, (_, n) => click(n))
    const orphans = all.map(({ id, at }) => ({ id, at, host: 'go.example.com', slug: 'none' }))
    await Promise.all(
      storages.map(async (storage, who) => {
        // Each has three quarters of them, in an order of its own.
        const mine = all.map((_, n) => (n * 7 + who * 300) % CLICKS).filter((n) => n % 4 !== who)
        const ordered = who % 2 === 0 ? mine : mine.toReversed()
        for (let start = 0; start < ordered.length; start += BATCH) {
          const batch = ordered.slice(start, start + BATCH)
          await storage.open.clicks.append(
            batch.map((n) => all[n]!),
            batch.map((n) => orphans[n]!),
          )
        }
      }),
    )
    for (let n = 0; n < LINKS; n++) {
      const stats = await first!.of(OWNER).stats.read(`link${n}`, NOW, NOW)
      const mine = all.filter(({ linkId }) => linkId === `link${n}`)
      const uniques = new Set(mine.map(({ visitor }) => visitor)).size
      expect(stats).toMatchObject({ clicks: mine.length, people: mine.length, uniques })
      expect(stats.dimensions.language).toEqual([{ value: 'de', clicks: mine.length, people: mine.length }])
      expect((await first!.of(OWNER).links.get(`link${n}`))?.clicks).toBe(mine.length)
    }
    const { db } = place.connect()
    expect(await db.selectFrom('linkwright_click').select('id').execute()).toHaveLength(CLICKS)
    expect(await db.selectFrom('linkwright_orphan').select('id').execute()).toHaveLength(CLICKS)
    for (const storage of storages) await storage.close()
    if (name === 'postgres') {
      // They took turns, instead of being undone and beginning again.
      const mine = sql<{ deadlocks: number }>`select deadlocks from pg_stat_database where datname = current_database()`
      expect((await mine.execute(db)).rows).toEqual([{ deadlocks: 0 }])
    }
    await db.destroy()
  })

  test('a link that is deleted while others fold its clicks leaves no trace', async () => {
    const place = await places.add()
    const [here, there] = [place.open(), place.open()]
    await here.migrate()
    for (const id of ['link0', 'link1']) {
      await here.of(OWNER).links.insert({ link: linkRow({ id, slug: id }), slugKey: id, tombstonesSince: 0 })
    }
    const batches = Array.from({ length: 20 }, (_, n) =>
      [0, 1, 2, 3].map((m) => ({ ...click(n * 4 + m), linkId: `link${m % 2}` })),
    )
    const folding = Promise.all(batches.map((batch) => here.open.clicks.append(batch, [])))
    expect((await there.of(OWNER).links.delete('link0', NOW))?.id).toBe('link0')
    await folding
    expect(await here.of(OWNER).stats.read('link0', NOW, NOW)).toMatchObject({ clicks: 0, uniques: 0 })
    expect(await here.of(OWNER).stats.read('link1', NOW, NOW)).toMatchObject({ clicks: 40 })
    await Promise.all([here.close(), there.close()])
  })
})
