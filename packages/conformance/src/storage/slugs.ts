// Slugs: unique per domain, however many want one at once, and held for a while after their link is gone.
import { type NewLinkRow, type Owner, SlugTaken } from '@linkwright/core'
import { expect } from 'vitest'
import type { Subject } from './subject.ts'
import { NOW, parallel, TOMBSTONES_SINCE, type World } from './world.ts'

export const slugs: Subject = (test) => {
  test('a slug that is in use is taken, for its owner and for others', async (world) => {
    const [a, b] = [await world.addOwner(), await world.addOwner()]
    const { slug } = await world.addLink(a)
    for (const owner of [a, b]) {
      await expect(insert(world, owner, slug)).rejects.toBeInstanceOf(SlugTaken)
      expect(await world.storage.of(owner).links.isFree(null, slug, TOMBSTONES_SINCE)).toBe(false)
      expect(await world.storage.of(owner).links.isFree(null, `${slug}x`, TOMBSTONES_SINCE)).toBe(true)
    }
  })

  test('every domain has its own slugs', async (world) => {
    const owner = await world.addOwner()
    const [first, second] = [await world.addDomain(owner), await world.addDomain(owner)]
    const places = [null, first.id, second.id]
    const links = []
    for (const domainId of places) links.push(await world.addLink(owner, { domainId, slug: 'promo' }))
    for (const [index, domainId] of places.entries()) {
      expect((await world.storage.open.snapshots.get(domainId, 'promo'))?.link).toEqual(links[index])
      await expect(world.addLink(owner, { domainId, slug: 'promo' })).rejects.toBeInstanceOf(SlugTaken)
    }
    await world.storage.of(owner).links.delete(links[1]!.id, NOW)
    expect((await world.storage.open.snapshots.get(null, 'promo'))?.link).toEqual(links[0])
    expect(await world.storage.open.snapshots.get(first.id, 'promo')).toBeUndefined()
  })

  test('the slug key decides what is the same slug', async (world) => {
    const owner = await world.addOwner()
    const { id: domainId } = await world.addDomain(owner, { caseSensitive: false })
    const add = (slug: string, slugKey: string) =>
      world.storage.of(owner).links.insert(world.newLink(world.linkRow(owner, { domainId, slug }), slugKey))
    const promo = await add('Promo', 'promo')
    expect(promo.slug).toBe('Promo')
    await expect(add('PROMO', 'promo')).rejects.toBeInstanceOf(SlugTaken)
    const upper = await add('PROMO', 'PROMO')
    expect((await world.storage.open.snapshots.get(domainId, 'promo'))?.link).toEqual(promo)
    expect((await world.storage.open.snapshots.get(domainId, 'PROMO'))?.link).toEqual(upper)
    expect(await world.storage.open.snapshots.get(domainId, 'Promo')).toBeUndefined()
  })

  test('slugs that other languages know are slugs like any', async (world) => {
    const owner = await world.addOwner()
    for (const slug of ['__proto__', 'constructor', 'toString', 'null', '100', '0x1', "a'b", 'a"b', 'a%b', 'a_b']) {
      expect(await world.storage.open.snapshots.get(null, slug)).toBeUndefined()
      expect(await world.storage.of(owner).links.isFree(null, slug, TOMBSTONES_SINCE)).toBe(true)
      const link = await world.addLink(owner, { slug })
      expect((await world.storage.open.snapshots.get(null, slug))?.link).toEqual(link)
      await expect(world.addLink(owner, { slug })).rejects.toBeInstanceOf(SlugTaken)
    }
  })

  test('of a hundred that want a slug at once exactly one gets it', async (world) => {
    const owners = await parallel(10, () => world.addOwner())
    const slug = `race${world.id()}`
    const results = await Promise.allSettled(
      Array.from({ length: 100 }, (_, index) => {
        const owner = owners[index % owners.length]!
        return world.storage.transaction((storage) => storage.of(owner).links.insert(newLink(world, owner, slug)))
      }),
    )
    const won = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    expect(won).toHaveLength(1)
    for (const result of results) if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(SlugTaken)
    expect((await world.storage.open.snapshots.get(null, slug))?.link).toEqual(won[0])
    const lists = await Promise.all(owners.map((owner) => world.storage.of(owner).links.list({}, { limit: 100 })))
    expect(lists.flatMap(({ items }) => items)).toEqual(won)
  })

  test('of fifty that want a slug at once, each without a transaction, exactly one gets it', async (world) => {
    const owner = await world.addOwner()
    const slug = `race${world.id()}`
    const results = await Promise.allSettled(Array.from({ length: 50 }, () => insert(world, owner, slug)))
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const result of results) if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(SlugTaken)
  })

  test('a taken slug leaves the transaction usable', async (world) => {
    const owner = await world.addOwner()
    const { slug } = await world.addLink(owner)
    const link = await world.storage.transaction(async (storage) => {
      const { links } = storage.of(owner)
      await expect(links.insert(newLink(world, owner, slug))).rejects.toBeInstanceOf(SlugTaken)
      return links.insert(newLink(world, owner, `${slug}-2`))
    })
    expect(await world.storage.of(owner).links.get(link.id)).toEqual(link)
  })

  test('a deleted slug is free at once for its plan subject', async (world) => {
    const owner = await world.addOwner()
    const sibling = await world.addOwner(owner.subject)
    const { links } = world.storage.of(owner)
    const first = await world.addLink(owner)
    await links.delete(first.id, NOW)
    expect(await links.isFree(null, first.slug, NOW - 1)).toBe(true)
    const second = await insert(world, owner, first.slug, NOW - 1)
    expect((await world.storage.open.snapshots.get(null, first.slug))?.link).toEqual(second)
    await links.delete(second.id, NOW)
    expect((await insert(world, sibling, first.slug, NOW - 1)).ownerId).toBe(sibling.id)
  })

  test('others get a deleted slug only when its tombstone has aged', async (world) => {
    const [a, b] = [await world.addOwner(), await world.addOwner()]
    const { slug, id } = await world.addLink(a)
    await world.storage.of(a).links.delete(id, NOW)
    expect(await world.storage.of(b).links.isFree(null, slug, NOW - 1)).toBe(false)
    await expect(insert(world, b, slug, NOW - 1)).rejects.toBeInstanceOf(SlugTaken)
    expect(await world.storage.of(b).links.isFree(null, slug, NOW + 1)).toBe(true)
    const link = await insert(world, b, slug, NOW + 1)
    // The earlier holder has no claim left, not even once this link is gone too.
    await expect(insert(world, a, slug, NOW - 1)).rejects.toBeInstanceOf(SlugTaken)
    await world.storage.of(b).links.delete(link.id, NOW + 2)
    await expect(insert(world, a, slug, NOW + 1)).rejects.toBeInstanceOf(SlugTaken)
    expect((await insert(world, a, slug, NOW + 3)).slug).toBe(slug)
  })

  test('a tombstone holds its slug on its own domain only', async (world) => {
    const [a, b] = [await world.addOwner(), await world.addOwner()]
    const domain = await world.addDomain(b)
    const { slug, id } = await world.addLink(a)
    await world.storage.of(a).links.delete(id, NOW)
    expect((await world.addLink(b, { slug, domainId: domain.id })).domainId).toBe(domain.id)
  })
}

function newLink(world: World, owner: Owner, slug: string): NewLinkRow {
  return world.newLink(world.linkRow(owner, { slug }))
}

function insert(world: World, owner: Owner, slug: string, tombstonesSince = TOMBSTONES_SINCE) {
  return world.storage.of(owner).links.insert({ ...newLink(world, owner, slug), tombstonesSince })
}
