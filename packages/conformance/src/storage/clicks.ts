// Clicks: every one counted once, however often and in whatever company it is given.
import type { Click } from '@linkwright/core'
import { expect } from 'vitest'
import type { Subject } from './subject.ts'
import { HOUR_MS, NOW, parallel } from './world.ts'

export const clicks: Subject = (test) => {
  test('a batch that is given twice counts once', async ({ storage, addOwner, addLink, click }) => {
    const owner = await addOwner()
    const link = await addLink(owner)
    const batch = [click(link.id), click(link.id, { visitor: 'other' }), click(link.id, { bot: true })]
    await storage.open.clicks.append(batch, [])
    const stats = await storage.of(owner).stats.read(link.id, NOW, NOW)
    expect(stats).toMatchObject({ clicks: 3, people: 2, bots: 1, uniques: 2 })
    await storage.open.clicks.append(batch, [])
    await storage.open.clicks.append(batch.toReversed(), [])
    expect(await storage.of(owner).stats.read(link.id, NOW, NOW)).toEqual(stats)
    expect((await storage.of(owner).links.get(link.id))?.clicks).toBe(3)
  })

  test('overlapping batches at once count every click once', async ({ storage, addOwner, addLink, click }) => {
    const owner = await addOwner()
    const link = await addLink(owner)
    const all = Array.from({ length: 40 }, () => click(link.id))
    await parallel(8, (n) => storage.open.clicks.append(all.slice(n * 4, n * 4 + 12), []))
    expect(await storage.of(owner).stats.read(link.id, NOW, NOW)).toMatchObject({ clicks: 40, people: 40, uniques: 1 })
  })

  test('a click that is twice in a batch counts once', async ({ storage, addOwner, addLink, click }) => {
    const owner = await addOwner()
    const link = await addLink(owner)
    const twice = click(link.id)
    await storage.open.clicks.append([twice, click(link.id), twice], [])
    expect(await storage.of(owner).stats.read(link.id, NOW, NOW)).toMatchObject({ clicks: 2, people: 2 })
    expect((await storage.of(owner).links.get(link.id))?.clicks).toBe(2)
  })

  test('an id that is there stays what it was', async ({ storage, addOwner, addLink, click }) => {
    const owner = await addOwner()
    const link = await addLink(owner)
    const uncounted = click(link.id, { counted: false, outcome: 'expired' })
    await storage.open.clicks.append([uncounted], [])
    await storage.open.clicks.append([{ ...uncounted, counted: true, outcome: 'redirect' }], [])
    expect(await storage.of(owner).stats.read(link.id, NOW, NOW)).toMatchObject({ clicks: 0, people: 0, days: [] })
  })

  test('clicks of links that are gone are passed over', async ({ storage, id, addOwner, addLink, click }) => {
    const owner = await addOwner()
    const [link, deleted] = [await addLink(owner), await addLink(owner)]
    await storage.of(owner).links.delete(deleted.id, NOW)
    await storage.open.clicks.append([click(deleted.id), click(link.id), click(id()), click('__proto__')], [])
    expect(await storage.of(owner).stats.read(link.id, NOW, NOW)).toMatchObject({ clicks: 1 })
    expect(await storage.of(owner).stats.read(deleted.id, NOW, NOW)).toMatchObject({ clicks: 0, days: [] })
    await storage.open.clicks.append([click(deleted.id)], [])
  })

  test('nothing, and orphans again and again, do no harm', async ({ storage, id }) => {
    const orphans = [0, 1].map((n) => ({ id: id(), at: NOW + n, host: 'go.example.com', slug: '__proto__' }))
    await storage.open.clicks.append([], [])
    await storage.open.clicks.append([], orphans)
    await storage.open.clicks.append([], [...orphans, orphans[0]!])
  })

  test('a batch may be of many links of many owners', async ({ storage, addOwner, addLink, click }) => {
    const owners = await parallel(3, () => addOwner())
    const links = await Promise.all(owners.map((owner) => addLink(owner)))
    const batch: Click[] = []
    for (const [index, link] of links.entries()) for (let n = 0; n <= index; n++) batch.push(click(link.id))
    await storage.open.clicks.append(batch, [])
    for (const [index, owner] of owners.entries()) {
      expect((await storage.of(owner).links.get(links[index]!.id))?.clicks).toBe(index + 1)
      expect((await storage.of(owner).stats.read(links[index]!.id, NOW, NOW)).clicks).toBe(index + 1)
    }
  })

  test('a batch may be large', async ({ storage, addOwner, addLink, click }) => {
    const owner = await addOwner()
    const link = await addLink(owner)
    const batch = Array.from({ length: 3000 }, (_, n) =>
      click(link.id, {
        at: NOW + (n % 5) * HOUR_MS,
        visitor: `visitor${n % 700}`,
        referrer: `r${n % 150}.example.com`,
      }),
    )
    await storage.open.clicks.append(batch, [])
    const stats = await storage.of(owner).stats.read(link.id, NOW, NOW + 4 * HOUR_MS)
    expect(stats).toMatchObject({ clicks: 3000, people: 3000, uniques: 700 })
    expect(stats.dimensions.referrer).toHaveLength(100)
    expect((await storage.of(owner).links.get(link.id))?.clicks).toBe(3000)
  })

  test('the first salt of a day stays', async ({ storage, id }) => {
    const { salt } = storage.open.clicks
    const [day, next] = [id(), id()]
    const salts = await parallel(20, (n) => salt(day, `salt${n}`))
    expect(new Set(salts).size).toBe(1)
    expect(await salt(day, 'late')).toBe(salts[0])
    expect(await salt(next, 'of another day')).toBe('of another day')
  })
}
