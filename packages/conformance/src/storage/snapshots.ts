// Snapshots: all that a visit's decision needs, in one question.
import { expect } from 'vitest'
import type { Subject } from './subject.ts'
import { NOW } from './world.ts'

export const snapshots: Subject = (test) => {
  test('a snapshot has the link with its rules in order', async (world) => {
    const { storage } = world
    const owner = await world.addOwner()
    const [link, other] = [await world.addLink(owner), await world.addLink(owner)]
    await world.addRule(owner, other.id)
    const [a, b, c] = [
      await world.addRule(owner, link.id, { value: ['DE', 'AT'], operator: 'in' }),
      await world.addRule(owner, link.id, { value: 3, field: 'hour_utc' }),
      await world.addRule(owner, link.id, { field: null, operator: null, value: null, conditions: { all: [] } }),
    ]
    await storage.of(owner).rules.reorder(link.id, [c.id, a.id, b.id], NOW)
    const rules = await storage.of(owner).rules.list(link.id)
    expect(await storage.open.snapshots.get(null, link.slug)).toEqual({ link, rules, keys: [] })
    expect(rules?.map(({ id }) => id)).toEqual([c.id, a.id, b.id])
  })

  test('a slug that no link has is undefined', async ({ storage, addOwner, addDomain, addLink }) => {
    const owner = await addOwner()
    const domain = await addDomain(owner)
    const { slug } = await addLink(owner)
    for (const [domainId, key] of [
      [domain.id, slug],
      ['', slug],
      [null, `${slug} `],
      [null, ''],
    ] as const) {
      expect(await storage.open.snapshots.get(domainId, key)).toBeUndefined()
    }
  })

  test('keys are there only for a link that requires a signature', async ({ storage, addOwner, addLink, key }) => {
    const [owner, other] = [await addOwner(), await addOwner()]
    const rows = [0, 1, 2].map((n) => key(owner, { createdAt: NOW + n }))
    for (const row of rows) await storage.of(owner).keys.rotate(row)
    await storage.of(other).keys.rotate(key(other))
    const signed = await addLink(owner, { requireSignature: true })
    const plain = await addLink(owner)
    expect(await storage.open.snapshots.get(null, signed.slug)).toEqual({
      link: signed,
      rules: [],
      keys: [rows[2], rows[1]],
    })
    expect((await storage.open.snapshots.get(null, plain.slug))?.keys).toEqual([])
    await storage.of(owner).keys.retire(rows[2]!.id, NOW)
    expect((await storage.open.snapshots.get(null, signed.slug))?.keys).toEqual([rows[1]])
    await storage.of(owner).keys.retire(rows[1]!.id, NOW)
    expect((await storage.open.snapshots.get(null, signed.slug))?.keys).toEqual([])
  })

  test('a signed link has both its rules and its keys, each once', async ({
    storage,
    addOwner,
    addLink,
    addRule,
    key,
  }) => {
    const owner = await addOwner()
    const rows = [0, 1].map((n) => key(owner, { createdAt: NOW + n }))
    for (const row of rows) await storage.of(owner).keys.rotate(row)
    const link = await addLink(owner, { requireSignature: true })
    const rules = [await addRule(owner, link.id), await addRule(owner, link.id), await addRule(owner, link.id)]
    expect(await storage.open.snapshots.get(null, link.slug)).toEqual({ link, rules, keys: rows.toReversed() })
  })

  test('every write shows in the next snapshot', async ({ storage, addOwner, addLink, addRule }) => {
    const owner = await addOwner()
    const link = await addLink(owner)
    const read = () => storage.open.snapshots.get(null, link.slug)
    await storage.of(owner).links.update(link.id, { disabled: true })
    expect((await read())?.link.disabled).toBe(true)
    const rule = await addRule(owner, link.id)
    expect((await read())?.rules).toEqual([rule])
    await storage.of(owner).rules.delete(rule.id)
    expect((await read())?.rules).toEqual([])
    await storage.of(owner).links.update(link.id, { archivedAt: NOW })
    expect((await read())?.link.archivedAt).toBe(NOW)
    await storage.of(owner).links.delete(link.id, NOW)
    expect(await read()).toBeUndefined()
  })
}
