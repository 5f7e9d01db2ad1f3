// Pages: newest first, and stable whatever is inserted or deleted between two of them.
import type { Page, PageRequest } from '@linkwright/core'
import { expect } from 'vitest'
import type { Subject } from './subject.ts'
import { readAll, type World } from './world.ts'

interface Listed {
  readonly id: string
}

/** A list of one owner, and a way to add to it. */
interface List {
  add(): Promise<Listed>
  page(request: PageRequest): Promise<Page<Listed>>
}

const LISTS: Readonly<Record<string, (world: World) => Promise<List>>> = {
  async links(world) {
    const owner = await world.addOwner()
    return { add: () => world.addLink(owner), page: (page) => world.storage.of(owner).links.list({}, page) }
  },
  async domains(world) {
    const owner = await world.addOwner()
    return { add: () => world.addDomain(owner), page: (page) => world.storage.of(owner).domains.list(page) }
  },
  async tokens(world) {
    const owner = await world.addOwner()
    const { tokens } = world.storage.of(owner)
    const add = async () => {
      const token = world.token(owner)
      await tokens.insert(token, { hash: token.id, slowHash: null }, null)
      return token
    }
    return { add, page: (page) => tokens.list(page) }
  },
}

export const pages: Subject = (test) => {
  for (const [name, open] of Object.entries(LISTS)) {
    test(`${name}: an empty list has one empty page`, async (world) => {
      const { page } = await open(world)
      expect(await page({ limit: 1 })).toEqual({ items: [], next: null })
      expect(await page({ limit: 100, after: world.id() })).toEqual({ items: [], next: null })
    })

    test(`${name}: pages of every size show all rows, newest first`, async (world) => {
      const { add, page } = await open(world)
      const ids: string[] = []
      for (let n = 0; n < 7; n++) ids.unshift((await add()).id)
      for (const limit of [1, 2, 3, 6, 7, 8, 100]) {
        const first = await page({ limit })
        expect(first.items.map(({ id }) => id)).toEqual(ids.slice(0, limit))
        expect(first.next).toBe(limit < 7 ? ids[limit - 1] : null)
        expect((await readAll(limit, page)).map(({ id }) => id)).toEqual(ids)
      }
      expect(await page({ limit: 10, after: ids.at(-1)! })).toEqual({ items: [], next: null })
    })

    test(`${name}: rows added while paging neither repeat nor hide a row`, async (world) => {
      const { add, page } = await open(world)
      const ids: string[] = []
      for (let n = 0; n < 6; n++) ids.unshift((await add()).id)
      const seen = await readAll(2, async (request) => {
        const rows = await page(request)
        await add()
        return rows
      })
      expect(seen.map(({ id }) => id)).toEqual(ids)
    })
  }

  test('links: a page goes on from a row that is deleted', async ({ storage, addOwner, addLink }) => {
    const owner = await addOwner()
    const { links } = storage.of(owner)
    const ids: string[] = []
    for (let n = 0; n < 6; n++) ids.unshift((await addLink(owner)).id)
    const first = await links.list({}, { limit: 2 })
    await links.delete(first.next!, 0)
    await links.delete(ids[2]!, 0)
    const second = await links.list({}, { limit: 2, after: first.next! })
    expect(second.items.map(({ id }) => id)).toEqual([ids[3], ids[4]])
    expect(second.next).toBe(ids[4])
  })

  test('links: archived rows do not count to a page', async ({ storage, addOwner, addLink }) => {
    const owner = await addOwner()
    const live: string[] = []
    for (let n = 0; n < 8; n++) {
      const { id } = await addLink(owner, { archivedAt: n % 2 === 0 ? null : n })
      if (n % 2 === 0) live.unshift(id)
    }
    const { links } = storage.of(owner)
    for (const limit of [1, 2, 3, 4, 5]) {
      expect((await readAll(limit, (page) => links.list({}, page))).map(({ id }) => id)).toEqual(live)
    }
    expect((await links.list({}, { limit: 4 })).next).toBeNull()
    expect(await readAll(3, (page) => links.list({ includeArchived: true }, page))).toHaveLength(8)
  })

  test('links: the row after which a page starts may be anything', async ({ storage, id, addOwner, addLink }) => {
    const [a, b] = [await addOwner(), await addOwner()]
    const [mine, foreign] = [await addLink(a), await addLink(b)]
    const { links } = storage.of(a)
    expect((await links.list({}, { limit: 5, after: foreign.id })).items).toEqual([mine])
    expect((await links.list({}, { limit: 5, after: id() })).items).toEqual([mine])
    expect((await links.list({}, { limit: 5, after: '' })).items).toEqual([])
    expect((await links.list({}, { limit: 5, after: "~' or 1=1 --" })).items).toEqual([mine])
  })
}
