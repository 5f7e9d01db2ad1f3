// What goes with a link, what stays, and what sweeping takes away later.
import { IDEMPOTENCY_TTL_MS } from '@linkwright/core'
import { expect } from 'vitest'
import type { Subject } from './subject.ts'
import { DAY_MS, NOW, type World } from './world.ts'

export const cascades: Subject = (test) => {
  test('a deleted link takes its rules and statistics along', async (world) => {
    const owner = await world.addOwner()
    const own = world.storage.of(owner)
    const link = await world.addLink(owner)
    const rule = await world.addRule(owner, link.id)
    await world.storage.open.clicks.append([world.click(link.id, { ruleId: rule.id, country: 'DE' })], [])
    await own.links.delete(link.id, NOW)
    expect(await own.rules.get(rule.id)).toBeUndefined()
    expect(await own.rules.list(link.id)).toBeUndefined()
    expect(await own.rules.update(rule.id, { updatedAt: NOW })).toBeUndefined()
    expect(await own.stats.read(link.id, 0, NOW + DAY_MS)).toMatchObject({ clicks: 0, uniques: 0, days: [] })
    // A row of the same id would show anything that was left behind.
    const { seq, clicks, ...row } = link
    const again = await own.links.insert(world.newLink(row))
    expect(again).toEqual({ ...row, seq: again.seq, clicks: 0 })
    expect(await own.rules.list(link.id)).toEqual([])
    expect(await own.stats.read(link.id, 0, NOW + DAY_MS)).toMatchObject({ clicks: 0, uniques: 0, days: [] })
    expect((await own.stats.read(link.id, 0, NOW)).dimensions.country).toEqual([])
    expect(await own.rules.append({ ...world.ruleRow(link.id), id: rule.id }, 10)).toMatchObject({ priority: 1 })
  })

  test('other links keep theirs', async (world) => {
    const owner = await world.addOwner()
    const own = world.storage.of(owner)
    const [link, left] = [await world.addLink(owner), await world.addLink(owner)]
    for (const { id } of [link, left]) await world.addRule(owner, id)
    await world.storage.open.clicks.append([world.click(link.id), world.click(left.id)], [])
    const read = async () => [
      await own.links.get(left.id),
      await own.rules.list(left.id),
      await own.stats.read(left.id, NOW, NOW),
    ]
    const before = await read()
    await own.links.delete(link.id, NOW)
    await sweepAll(world, NOW + DAY_MS)
    expect(await read()).toEqual(before)
  })

  test('statistics of a deleted rule stay', async (world) => {
    const owner = await world.addOwner()
    const link = await world.addLink(owner)
    const rule = await world.addRule(owner, link.id)
    await world.storage.open.clicks.append([world.click(link.id, { ruleId: rule.id })], [])
    await world.storage.of(owner).rules.delete(rule.id)
    const { dimensions } = await world.storage.of(owner).stats.read(link.id, NOW, NOW)
    expect(dimensions.rule).toEqual([{ value: rule.id, clicks: 1, people: 1 }])
  })

  test('raw clicks of a deleted link are swept, those of others are not', async (world) => {
    const owner = await world.addOwner()
    const [link, left] = [await world.addLink(owner), await world.addLink(owner)]
    const kept = Array.from({ length: 20 }, () => world.click(left.id))
    await world.storage.open.clicks.append([...Array.from({ length: 30 }, () => world.click(link.id)), ...kept], [])
    await sweepAll(world, NOW)
    await world.storage.of(owner).links.delete(link.id, NOW)
    expect(await sweepAll(world, NOW)).toBeGreaterThanOrEqual(30)
    expect(await sweepAll(world, NOW)).toBe(0)
    // Their ids are still known.
    await world.storage.open.clicks.append(kept, [])
    expect((await world.storage.of(owner).stats.read(left.id, NOW, NOW)).clicks).toBe(20)
  })

  test('replies go when their time is over, not before', async ({ storage, id }) => {
    const scope = id()
    const reply = { scope, fingerprint: '', status: 201, body: '{}', sealed: false }
    await storage.open.idempotency.save({ ...reply, key: 'old', createdAt: NOW })
    await storage.open.idempotency.save({ ...reply, key: 'new', createdAt: NOW + 10 })
    await sweepAll({ storage }, NOW + IDEMPOTENCY_TTL_MS - 1)
    expect(await storage.open.idempotency.find(scope, 'old')).toBeDefined()
    await sweepAll({ storage }, NOW + IDEMPOTENCY_TTL_MS + 5)
    expect(await storage.open.idempotency.find(scope, 'old')).toBeUndefined()
    expect(await storage.open.idempotency.find(scope, 'new')).toBeDefined()
  })

  test('nonces are kept until they expire', async ({ storage, id }) => {
    const ownerId = id()
    await storage.open.keys.consumeNonce(ownerId, 'nonce', NOW + DAY_MS)
    await sweepAll({ storage }, NOW + DAY_MS - 1)
    expect(await storage.open.keys.consumeNonce(ownerId, 'nonce', NOW + DAY_MS)).toBe(false)
    expect(await sweepAll({ storage }, NOW + DAY_MS + 1)).toBeGreaterThanOrEqual(1)
  })

  test('salts go after their day', async ({ storage }) => {
    const { salt } = storage.open.clicks
    await salt('2026-11-22', 'today')
    await salt('2026-10-01', 'long ago')
    await sweepAll({ storage }, NOW)
    expect(await salt('2026-11-22', 'new')).toBe('today')
    expect(await salt('2026-10-01', 'new')).toBe('new')
  })

  test('fresh tombstones outlive a sweep', async (world) => {
    const [a, b] = [await world.addOwner(), await world.addOwner()]
    const { id, slug } = await world.addLink(a)
    await world.storage.of(a).links.delete(id, NOW)
    await sweepAll(world, NOW + 60 * DAY_MS)
    expect(await world.storage.of(b).links.isFree(null, slug, NOW - 1)).toBe(false)
  })
}

/** Sweeps as often as a storage may need that goes over its rows in turns. @returns how many rows went */
async function sweepAll({ storage }: Pick<World, 'storage'>, now: number): Promise<number> {
  let removed = 0
  for (let turn = 0; turn < 5; turn++) removed += await storage.open.sweep(now)
  return removed
}
