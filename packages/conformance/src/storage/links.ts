// Links: one by one, their slugs, and what redirects and screening ask about them.
import { type LinkPatch, SlugTaken } from '@linkwright/core'
import { expect } from 'vitest'
import type { Subject } from './subject.ts'
import { NOW, parallel } from './world.ts'

export const links: Subject = (test) => {
  test('a link comes back as it was inserted, by id and by number', async ({ storage, addOwner, linkRow, newLink }) => {
    const owner = await addOwner()
    const row = linkRow(owner, {
      slug: 'Promo',
      title: 'Größe 📏 "quoted" \\ %_',
      iosUrl: 'https://apps.apple.com/app',
      androidUrl: 'https://play.google.com/app',
      requireSignature: true,
      trustScore: 0,
      trustReason: '',
      maxClicks: 3,
      startsAt: NOW - 1,
      expiresAt: NOW + 1,
      disabled: true,
      archivedAt: NOW,
      screening: 'flagged',
      destinationUrl: `https://example.com/${'x'.repeat(2028)}`,
    })
    const { links } = storage.of(owner)
    const link = await links.insert(newLink(row))
    expect(link).toEqual({ ...row, seq: link.seq, clicks: 0 })
    expect(Number.isSafeInteger(link.seq) && link.seq > 0).toBe(true)
    expect(await links.get(link.id)).toEqual(link)
    expect(await links.get(link.seq)).toEqual(link)
  })

  test('numbers are unique', async ({ addOwner, addLink }) => {
    const [a, b] = [await addOwner(), await addOwner()]
    const links = [await addLink(a), await addLink(b), await addLink(a), await addLink(b)]
    expect(new Set(links.map((link) => link.seq)).size).toBe(4)
  })

  test('a link that is not there is undefined', async ({ storage, id, addOwner }) => {
    const { links } = storage.of(await addOwner())
    for (const ref of [id(), '', '__proto__', "' or 1=1 --", 0, -1, 1_999_999_999, 2 ** 40, 2 ** 53, 1.5]) {
      expect(await links.get(ref)).toBeUndefined()
      expect(await links.update(ref, { title: 'x', updatedAt: NOW })).toBeUndefined()
      expect(await links.delete(ref, NOW)).toBeUndefined()
    }
  })

  test('a change sets the columns that it names and no others', async ({ storage, addOwner, addLink }) => {
    const owner = await addOwner()
    const { links } = storage.of(owner)
    const [link, other] = [
      await addLink(owner, { title: 'old', iosUrl: 'https://ios.example.com/' }),
      await addLink(owner),
    ]
    const patches: LinkPatch[] = [
      { title: null, updatedAt: NOW + 1 },
      { iosUrl: null, disabled: true, expiresAt: NOW, updatedAt: NOW + 2 },
      { destinationUrl: 'https://example.org/', requireSignature: true, archivedAt: NOW, updatedAt: NOW + 3 },
      {
        disabled: false,
        requireSignature: false,
        trustScore: 1,
        trustReason: '-49',
        screening: 'pending',
        startsAt: NOW,
      },
    ]
    let expected = link
    for (const patch of patches) {
      expected = { ...expected, ...patch }
      expect(await links.update(link.id, patch)).toEqual(expected)
      expect(await links.get(link.seq)).toEqual(expected)
    }
    expect(await links.update(link.seq, { title: 'by number' })).toEqual({ ...expected, title: 'by number' })
    expect(await links.get(other.id)).toEqual(other)
  })

  test('a change of nothing leaves the link as it was', async ({ storage, addOwner, addLink }) => {
    const owner = await addOwner()
    const link = await addLink(owner)
    expect(await storage.of(owner).links.update(link.id, {})).toEqual(link)
  })

  test('a deleted link is gone and is what delete answers', async ({ storage, addOwner, addLink }) => {
    const owner = await addOwner()
    const { links } = storage.of(owner)
    const [byId, byNumber, left] = [await addLink(owner), await addLink(owner), await addLink(owner)]
    expect(await links.delete(byId.id, NOW)).toEqual(byId)
    expect(await links.delete(byNumber.seq, NOW)).toEqual(byNumber)
    expect(await links.delete(byId.id, NOW)).toBeUndefined()
    expect(await links.get(byId.id)).toBeUndefined()
    expect(await links.get(byNumber.seq)).toBeUndefined()
    expect((await links.list({}, { limit: 10 })).items).toEqual([left])
  })

  test('lists leave archived links out unless they are asked for', async ({ storage, addOwner, addLink }) => {
    const owner = await addOwner()
    const [live, archived] = [await addLink(owner), await addLink(owner, { archivedAt: NOW })]
    const { links } = storage.of(owner)
    expect((await links.list({}, { limit: 10 })).items).toEqual([live])
    expect((await links.list({ includeArchived: false }, { limit: 10 })).items).toEqual([live])
    expect((await links.list({ includeArchived: true }, { limit: 10 })).items).toEqual([archived, live])
    expect(await links.get(archived.id)).toEqual(archived)
  })

  test('a link says whose it is', async ({ storage, id, addOwner, addLink }) => {
    const owner = await addOwner()
    const sibling = await addOwner(owner.subject)
    const [link, deleted, other] = [await addLink(owner), await addLink(owner), await addLink(sibling)]
    await storage.of(owner).links.delete(deleted.id, NOW)
    expect(await storage.open.links.ownerOf(link.id)).toEqual(owner)
    expect(await storage.open.links.ownerOf(other.id)).toEqual(sibling)
    for (const missing of [deleted.id, id(), '__proto__']) {
      expect(await storage.open.links.ownerOf(missing)).toBeUndefined()
    }
  })

  test('a max-click claim is given out exactly as often as there are clicks', async ({
    storage,
    addOwner,
    addLink,
  }) => {
    const owner = await addOwner()
    const [link, other] = [await addLink(owner, { maxClicks: 10 }), await addLink(owner, { maxClicks: 1 })]
    const claims = await parallel(200, () => storage.open.links.claimClick(link.id))
    expect(claims.filter(Boolean)).toHaveLength(10)
    expect(await storage.open.links.claimClick(other.id)).toBe(true)
    expect(await storage.open.links.claimClick(other.id)).toBe(false)
  })

  test('a raised limit gives the rest, a lowered one nothing more', async ({ storage, addOwner, addLink }) => {
    const owner = await addOwner()
    const link = await addLink(owner, { maxClicks: 2 })
    const claim = () => storage.open.links.claimClick(link.id)
    expect([await claim(), await claim(), await claim()]).toEqual([true, true, false])
    await storage.of(owner).links.update(link.id, { maxClicks: 3 })
    expect([await claim(), await claim()]).toEqual([true, false])
    await storage.of(owner).links.update(link.id, { maxClicks: 1 })
    expect(await claim()).toBe(false)
  })

  test('a first limit counts the clicks so far as used', async ({ storage, addOwner, addLink, click }) => {
    const owner = await addOwner()
    const link = await addLink(owner)
    await storage.open.clicks.append([click(link.id), click(link.id), click(link.id)], [])
    await storage.of(owner).links.update(link.id, { maxClicks: 5 })
    const claims = await parallel(10, () => storage.open.links.claimClick(link.id))
    expect(claims.filter(Boolean)).toHaveLength(2)
  })

  test('a limit that is taken away and set again remembers what it gave', async ({ storage, addOwner, addLink }) => {
    const owner = await addOwner()
    const link = await addLink(owner, { maxClicks: 2 })
    const { links } = storage.of(owner)
    expect(await storage.open.links.claimClick(link.id)).toBe(true)
    await links.update(link.id, { maxClicks: null })
    await links.update(link.id, { maxClicks: 2 })
    const claims = await parallel(5, () => storage.open.links.claimClick(link.id))
    expect(claims.filter(Boolean)).toHaveLength(1)
  })

  test('a link that is gone has no claims', async ({ storage, id, addOwner, addLink }) => {
    const owner = await addOwner()
    const link = await addLink(owner, { maxClicks: 5 })
    await storage.of(owner).links.delete(link.id, NOW)
    expect(await storage.open.links.claimClick(link.id)).toBe(false)
    expect(await storage.open.links.claimClick(id())).toBe(false)
  })

  test('pending links come oldest first, with the targets of their rules', async (world) => {
    const { storage, addLink, addRule } = world
    const [a, b] = [await world.addOwner(), await world.addOwner()]
    const first = await addLink(a, { screening: 'pending' })
    const row = world.linkRow(b, { slug: 'Pending', screening: 'pending' })
    const second = await storage.of(b).links.insert(world.newLink(row, 'pending'))
    await addLink(a, { screening: 'clear' })
    await addLink(a, { screening: 'flagged' })
    for (const path of ['x', 'y']) await addRule(a, first.id, { redirectUrl: `https://example.com/${path}` })
    const ours = (limit: number) =>
      storage.open.links
        .pendingScreening(limit)
        .then((found) => found.filter(({ link }) => link.id === first.id || link.id === second.id))
    expect(await ours(1000)).toEqual([
      { link: first, slugKey: first.slug, urls: ['https://example.com/x', 'https://example.com/y'] },
      { link: second, slugKey: 'pending', urls: [] },
    ])
    expect(await storage.open.links.pendingScreening(1)).toHaveLength(1)
    expect(await storage.open.links.setScreening(first.id, first.updatedAt, 'clear')).toBe(true)
    expect(await storage.open.links.setScreening(second.id, second.updatedAt, 'flagged')).toBe(true)
    expect(await ours(1000)).toEqual([])
    expect(await storage.of(b).links.get(second.id)).toEqual({ ...second, screening: 'flagged' })
  })

  test('a finding about an earlier state of a link changes nothing', async ({ storage, id, addOwner, addLink }) => {
    const owner = await addOwner()
    const link = await addLink(owner, { screening: 'pending' })
    await storage.of(owner).links.update(link.id, { destinationUrl: 'https://example.org/', updatedAt: NOW + 1 })
    expect(await storage.open.links.setScreening(link.id, link.updatedAt, 'clear')).toBe(false)
    expect((await storage.of(owner).links.get(link.id))?.screening).toBe('pending')
    expect(await storage.open.links.setScreening(id(), link.updatedAt, 'clear')).toBe(false)
  })

  test('a link that names another owner never becomes one of theirs', async ({
    storage,
    addOwner,
    linkRow,
    newLink,
  }) => {
    const [a, b] = [await addOwner(), await addOwner()]
    const row = linkRow(b)
    await storage
      .of(a)
      .links.insert(newLink(row))
      .catch((error: unknown) => expect(error).not.toBeInstanceOf(SlugTaken))
    expect(await storage.of(b).links.get(row.id)).toBeUndefined()
    expect((await storage.of(b).links.list({}, { limit: 10 })).items).toEqual([])
  })
}
