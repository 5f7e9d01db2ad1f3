// Statistics: what is read back is what was counted, by hour and by every dimension.
import { type Click, DIMENSIONS, type Dimension } from '@linkwright/core'
import { expect } from 'vitest'
import type { Subject } from './subject.ts'
import { DAY_MS, HOUR_MS, NOW, type World } from './world.ts'

/** 2026-11-22 00:00 UTC. */
const MIDNIGHT = NOW - 10 * HOUR_MS
const ODD_VALUES = ['__proto__', 'constructor', 'toString', '0', 'null', ' ', 'ünï 🔑', `'"%_\\`, 'x'.repeat(1000)]

export const stats: Subject = (test) => {
  test('a link without clicks has empty statistics', async (world) => {
    const { read, link, owner } = await clicked(world, [])
    const none = { clicks: 0, people: 0, bots: 0, uniques: 0, days: [] }
    expect(await read(NOW - DAY_MS, NOW)).toEqual({
      ...none,
      dimensions: { country: [], device: [], browser: [], referrer: [], language: [], rule: [] },
    })
    expect(await world.storage.of(owner).stats.read(world.id(), NOW, NOW)).toMatchObject(none)
    expect(link.clicks).toBe(0)
  })

  test('clicks, people and bots are told apart', async (world) => {
    const { read, link } = await clicked(world, [
      {},
      { visitor: 'second' },
      { bot: true, visitor: 'bot' },
      { prefetch: true, visitor: 'prefetch' },
      { bot: true, prefetch: true, visitor: 'both' },
      { counted: false, outcome: 'disabled', visitor: 'sixth' },
      { counted: false, bot: true, outcome: 'not_yet', visitor: 'seventh' },
      { counted: false, head: true, visitor: 'eighth' },
    ])
    expect(await read(NOW, NOW)).toMatchObject({ clicks: 5, people: 2, bots: 2, uniques: 2 })
    expect(link.clicks).toBe(5)
  })

  for (const dimension of DIMENSIONS) {
    test(`${dimension}: values with clicks and people, most frequent first`, async (world) => {
      const value = (text: string | null, more?: Partial<Click>) => ({ ...inDimension(dimension, text), ...more })
      const { read } = await clicked(world, [
        value('b'),
        value('a'),
        value(null),
        value(null, { bot: true }),
        value('c', { prefetch: true }),
        value('c'),
        value('c'),
        value('d', { counted: false, outcome: 'archived' }),
      ])
      expect((await read(NOW, NOW)).dimensions[dimension]).toEqual([
        { value: 'c', clicks: 3, people: 2 },
        { value: null, clicks: 2, people: 1 },
        { value: 'a', clicks: 1, people: 1 },
        { value: 'b', clicks: 1, people: 1 },
      ])
    })

    test(`${dimension}: odd values come back as they are`, async (world) => {
      // A different number of each, so that their order is settled.
      const fields = ODD_VALUES.flatMap((text, n) => Array.from({ length: n + 1 }, () => inDimension(dimension, text)))
      const { read } = await clicked(world, fields)
      const counts = ODD_VALUES.map((value, n) => ({ value, clicks: n + 1, people: n + 1 }))
      expect((await read(NOW, NOW)).dimensions[dimension]).toEqual(counts.toReversed())
    })
  }

  test('an empty value is one that could not be told', async (world) => {
    const { read } = await clicked(world, [{ country: '' }, { country: null }])
    expect((await read(NOW, NOW)).dimensions.country).toEqual([{ value: null, clicks: 2, people: 2 }])
  })

  test('a dimension lists a hundred values, the most frequent', async (world) => {
    const name = (n: number) => `host${String(n).padStart(3, '0')}.example.com`
    const fields: Partial<Click>[] = Array.from({ length: 120 }, (_, n) => ({ referrer: name(n) }))
    const { read } = await clicked(world, [...fields, { referrer: name(119) }])
    const { referrer } = (await read(NOW, NOW)).dimensions
    expect(referrer).toHaveLength(100)
    expect(referrer[0]).toEqual({ value: name(119), clicks: 2, people: 2 })
    expect(referrer.slice(1).map(({ value }) => value)).toEqual(Array.from({ length: 99 }, (_, n) => name(n)))
  })

  test('counts of several batches and hours add up', async (world) => {
    const { read, link } = await clicked(world, [{ country: 'DE' }, { country: 'AT', at: NOW + HOUR_MS }])
    const more = [world.click(link.id, { country: 'DE', at: NOW + HOUR_MS }), world.click(link.id, { country: 'DE' })]
    await world.storage.open.clicks.append(more, [])
    const stats = await read(NOW, NOW + HOUR_MS)
    expect(stats).toMatchObject({ clicks: 4, people: 4, uniques: 1 })
    expect(stats.dimensions.country).toEqual([
      { value: 'DE', clicks: 3, people: 3 },
      { value: 'AT', clicks: 1, people: 1 },
    ])
    expect(stats.days).toEqual([{ value: '2026-11-22', clicks: 4, people: 4 }])
  })

  test('a range takes the hours of its ends whole', async (world) => {
    const times = [NOW - 1, NOW, NOW + 1, NOW + HOUR_MS - 1, NOW + HOUR_MS, NOW + 2 * HOUR_MS]
    const { read } = await clicked(
      world,
      times.map((at, n) => ({ at, visitor: `visitor${n}`, country: n === 0 ? 'DE' : 'AT' })),
    )
    const count = async (from: number, to: number) => (await read(from, to)).clicks
    expect(await count(NOW, NOW)).toBe(3)
    expect(await count(NOW + HOUR_MS / 2, NOW + HOUR_MS / 2)).toBe(3)
    expect(await count(NOW + HOUR_MS - 1, NOW + HOUR_MS)).toBe(4)
    expect(await count(NOW - 1, NOW - 1)).toBe(1)
    expect(await count(NOW - HOUR_MS, NOW)).toBe(4)
    expect(await count(NOW + 3 * HOUR_MS, NOW + 9 * HOUR_MS)).toBe(0)
    expect(await count(NOW + HOUR_MS, NOW)).toBe(0)
    expect(await count(0, NOW + 365 * DAY_MS)).toBe(6)
    expect((await read(NOW, NOW)).dimensions.country).toEqual([{ value: 'AT', clicks: 3, people: 3 }])
    expect((await read(NOW, NOW + HOUR_MS)).uniques).toBe(4)
  })

  test('days come in order, only those with clicks', async (world) => {
    const { read } = await clicked(world, [
      { at: MIDNIGHT + DAY_MS },
      { at: MIDNIGHT - 1, bot: true },
      { at: MIDNIGHT },
      { at: MIDNIGHT + DAY_MS - 1, visitor: 'second' },
      { at: Date.UTC(2027, 0, 1) },
      { at: Date.UTC(2024, 1, 29, 23, 59) },
      { at: MIDNIGHT + 3 * DAY_MS, counted: false, outcome: 'disabled' },
    ])
    expect((await read(0, NOW + 365 * DAY_MS)).days).toEqual([
      { value: '2024-02-29', clicks: 1, people: 1 },
      { value: '2026-11-21', clicks: 1, people: 0 },
      { value: '2026-11-22', clicks: 2, people: 2 },
      { value: '2026-11-23', clicks: 1, people: 1 },
      { value: '2027-01-01', clicks: 1, people: 1 },
    ])
  })

  test('a visitor is counted once a day, and again the next', async (world) => {
    const { read } = await clicked(world, [
      { at: MIDNIGHT, visitor: 'a' },
      { at: MIDNIGHT + 23 * HOUR_MS, visitor: 'a' },
      { at: MIDNIGHT + 5 * HOUR_MS, visitor: 'b' },
      { at: MIDNIGHT + DAY_MS, visitor: 'a' },
      { at: MIDNIGHT + 6 * HOUR_MS, visitor: 'bot', bot: true },
      { at: MIDNIGHT + 6 * HOUR_MS, visitor: '__proto__', prefetch: true },
      { at: MIDNIGHT - 1, visitor: 'constructor' },
    ])
    const uniques = async (from: number, to: number) => (await read(from, to)).uniques
    expect(await uniques(MIDNIGHT, MIDNIGHT + DAY_MS - 1)).toBe(2)
    expect(await uniques(MIDNIGHT, MIDNIGHT + DAY_MS)).toBe(3)
    expect(await uniques(MIDNIGHT - 1, MIDNIGHT + DAY_MS)).toBe(4)
    expect(await uniques(MIDNIGHT + HOUR_MS, MIDNIGHT + 20 * HOUR_MS)).toBe(1)
    expect(await uniques(MIDNIGHT + 20 * HOUR_MS, MIDNIGHT + DAY_MS)).toBe(2)
  })

  test('a visitor who comes back in a later batch is no other', async (world) => {
    const { read, link } = await clicked(world, [{ visitor: 'a' }])
    await world.storage.open.clicks.append([world.click(link.id, { visitor: 'a', at: NOW + HOUR_MS })], [])
    await world.storage.open.clicks.append([world.click(link.id, { visitor: 'b', at: NOW + HOUR_MS })], [])
    expect((await read(NOW, NOW + HOUR_MS)).uniques).toBe(2)
    expect((await read(NOW + HOUR_MS, NOW + HOUR_MS)).uniques).toBe(2)
    expect((await read(NOW, NOW)).uniques).toBe(1)
  })
}

/** A link with these clicks, and its statistics. */
async function clicked(world: World, fields: readonly Partial<Click>[]) {
  const owner = await world.addOwner()
  const { id } = await world.addLink(owner)
  await world.storage.open.clicks.append(
    fields.map((more) => world.click(id, more)),
    [],
  )
  const own = world.storage.of(owner)
  const link = (await own.links.get(id))!
  return { owner, link, read: (from: number, to: number) => own.stats.read(id, from, to) }
}

function inDimension(dimension: Dimension, value: string | null): Partial<Click> {
  return dimension === 'rule' ? { ruleId: value } : { [dimension]: value }
}
