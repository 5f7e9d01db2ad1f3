// GET /links: newest first, page by page, and nothing in the query that is not understood.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Link, LinkList } from './fixture/api.ts'
import { expectFailure } from './fixture/errors.ts'
import { createPerson, type Person } from './fixture/people.ts'
import { startServer } from './fixture/server.ts'

const server = await startServer()
afterAll(() => server.stop())
const [person, other, empty] = await Promise.all([
  createPerson(server, 'premium'),
  createPerson(server, 'premium'),
  createPerson(server, 'growth'),
])
const { api } = person
const list = async (query = '', caller: Person = person) => (await caller.api.get<LinkList>(`/links${query}`)).body
const slugs = ({ data }: LinkList) => data.map(({ slug }) => slug)

const made: Link[] = []
beforeAll(async () => {
  for (let n = 1; n <= 55; n++) made.unshift(await api.link({ customSlug: `list-${n}` }))
  await other.api.link({ customSlug: 'of-another' })
})

describe('limit', () => {
  test('is 50 by default', async () => {
    const page = await list()
    expect(slugs(page)).toEqual(made.slice(0, 50).map(({ slug }) => slug))
    expect(page.pagination).toEqual({ limit: 50, count: 50, nextCursor: expect.stringMatching(/\S/) })
  })

  test.each([1, 10, 200])('%d is allowed', async (limit) => {
    const page = await list(`?limit=${limit}`)
    expect(page.pagination).toMatchObject({ limit, count: Math.min(limit, 55) })
    expect(page.data).toEqual(made.slice(0, limit))
    expect(page.pagination.nextCursor === null).toBe(limit >= 55)
  })

  test.each(['0', '201', '-1', '1.5', 'abc', '', '1e2', '0x10', '%31%30%00', '99999999999999999999', ' 5', '+5'])(
    '%j is 400',
    async (limit) => expectFailure(await api.get(`/links?limit=${limit.replaceAll(' ', '%20')}`), 'VALIDATION_ERROR'),
  )
})

describe('cursor', () => {
  test('walks through all links once, newest first', async () => {
    const seen: string[] = []
    let query = '?limit=20'
    for (let page = await list(query); ; page = await list(query)) {
      seen.push(...slugs(page))
      if (page.pagination.nextCursor === null) break
      query = `?limit=20&cursor=${page.pagination.nextCursor}`
    }
    expect(seen).toEqual(made.map(({ slug }) => slug))
  })

  test('is stable while links come and go', async () => {
    const first = await list('?limit=10')
    const added = await Promise.all([api.link(), api.link()])
    const gone = await api.link()
    await api.delete(`/links/${gone.id}`)
    const second = await list(`?limit=10&cursor=${first.pagination.nextCursor}`)
    expect(second.data).toEqual(made.slice(10, 20))
    for (const { id } of added) await api.delete(`/links/${id}`)
  })

  test('stands where it stood when the last link of its page is deleted', async () => {
    const extra = [await api.link(), await api.link()]
    const first = await list('?limit=1')
    expect(first.data).toEqual([extra[1]])
    await api.delete(`/links/${extra[1]!.id}`)
    const second = await list(`?limit=1&cursor=${first.pagination.nextCursor}`)
    expect(second.data).toEqual([extra[0]])
    await api.delete(`/links/${extra[0]!.id}`)
  })

  test('is opaque: it shows no id, and nothing else is one', async () => {
    const { pagination, data } = await list('?limit=1')
    expect(pagination.nextCursor).not.toContain(data[0]!.id.slice(4))
    for (const cursor of ['abc', '', '0', data[0]!.id, `${pagination.nextCursor}A`, pagination.nextCursor!.slice(1)]) {
      expectFailure(await api.get(`/links?cursor=${cursor}`), 'VALIDATION_ERROR')
    }
  })

  test('of one user shows nothing of it to another', async () => {
    const { pagination } = await list('?limit=1')
    const page = await list(`?cursor=${pagination.nextCursor}`, other)
    expect(slugs(page).filter((slug) => slug !== 'of-another')).toEqual([])
  })
})

describe('includeArchived', () => {
  test('is false by default: archived links are left out', async () => {
    const [newest, next] = made
    await api.patch(`/links/${newest!.id}`, { archived: true })
    expect(slugs(await list('?limit=1'))).toEqual([next!.slug])
    expect(slugs(await list('?limit=1&includeArchived=false'))).toEqual([next!.slug])
    const [shown] = (await list('?limit=1&includeArchived=true')).data
    expect(shown).toMatchObject({ id: newest!.id, archivedAt: expect.stringMatching(/Z$/) })
    await api.patch(`/links/${newest!.id}`, { archived: false })
    expect(slugs(await list('?limit=1'))).toEqual([newest!.slug])
  })

  test.each(['', '1', 'TRUE', 'yes', '0'])('%j is 400', async (value) => {
    expectFailure(await api.get(`/links?includeArchived=${value}`), 'VALIDATION_ERROR')
  })
})

describe('the query', () => {
  test.each(['limit=1&limit=2', 'limit=1&limit=1', 'cursor=a&cursor=a', 'includeArchived=true&includeArchived=true'])(
    'that repeats a key (%s) is 400',
    async (query) => expectFailure(await api.get(`/links?${query}`), 'VALIDATION_ERROR'),
  )

  test.each(['nonsense=1', 'LIMIT=1', 'page=2', '__proto__=1', 'constructor=1', 'limit%5B%5D=1', 'x', 'limit=%zz'])(
    'that holds %s is 400',
    async (query) => expectFailure(await api.get(`/links?${query}`), 'VALIDATION_ERROR'),
  )
})

test('nobody sees the links of another', async () => {
  expect(slugs(await list('', other))).toEqual(['of-another'])
  expect(await list('', empty)).toEqual({ data: [], pagination: { limit: 50, count: 0, nextCursor: null } })
})
