// Links over REST: fields, pages, queries, and whose they are.
import { beforeEach, describe, expect, test } from 'vitest'
import { operationsOf } from '../../test/operations.ts'
import { createWorld, type World } from '../../test/world.ts'

const TARGET = { destinationUrl: 'https://example.com/a' }

let world: World
let call: ReturnType<typeof operationsOf>
let ada: Awaited<ReturnType<World['user']>>
let bob: Awaited<ReturnType<World['user']>>
beforeEach(async () => {
  world = await createWorld()
  ada = await world.user('ada@example.org')
  call = operationsOf(world, ada.token)
  bob = await world.user('bob@example.org')
})
const newLink = async (more: object = {}) => (await call('createLink', undefined, { ...TARGET, ...more })).json

describe('links', () => {
  test('are created with what the contract shows', async () => {
    const reply = await call('createLink', undefined, { ...TARGET, title: 'T', customSlug: 'promo' })
    expect(reply.status).toBe(201)
    expect(reply.json).toEqual({
      id: expect.stringMatching(/^lnk_[0-9A-Z]{26}$/),
      slug: 'promo',
      destinationUrl: 'https://example.com/a',
      title: 'T',
      iosUrl: null,
      androidUrl: null,
      domainId: null,
      requireSignature: false,
      trustScore: expect.any(Number),
      trustReason: expect.stringContaining('HTTPS'),
      archivedAt: null,
      createdAt: '2026-11-22T12:00:10.000Z',
      updatedAt: '2026-11-22T12:00:10.000Z',
      shortUrl: 'https://go.example.org/promo',
      maxClicks: null,
      clicks: 0,
      startsAt: null,
      expiresAt: null,
      disabled: false,
    })
    expect((await call('getLink', reply.json.id)).json).toEqual(reply.json)
  })

  test('take every field, and give each back', async () => {
    const domain = await world.core.domains.add(ada.owner, 'go.example.com')
    await world.core.domains.verify(ada.owner, domain.id)
    const fields = {
      iosUrl: 'https://example.com/ios',
      androidUrl: 'https://example.com/android',
      domainId: `dom_${domain.id}`,
      requireSignature: true,
      maxClicks: 3,
      startsAt: '2026-11-22T13:00:00.000Z',
      expiresAt: '2026-11-23T13:00:00.000Z',
      disabled: true,
    }
    const link = await newLink({ ...fields, customSlug: 'all' })
    expect(link).toMatchObject({ ...fields, shortUrl: 'https://go.example.com/all' })
    const cleared = { title: null, iosUrl: null, androidUrl: null, maxClicks: null, startsAt: null, expiresAt: null }
    const { json } = await call('updateLink', link.id, { ...cleared, disabled: false, archived: true })
    expect(json).toMatchObject({ ...cleared, disabled: false, archivedAt: '2026-11-22T12:00:10.000Z' })
    expect((await call('updateLink', link.id, { archived: false })).json.archivedAt).toBeNull()
  })

  test.each([
    [{ destinationUrl: 'ftp://example.com' }, 'VALIDATION_ERROR'],
    [{ title: 'x'.repeat(121) }, 'VALIDATION_ERROR'],
    [{ customSlug: 'ab' }, 'INVALID_SLUG'],
    [{ customSlug: 'API' }, 'INVALID_SLUG'],
    [{ maxClicks: 0 }, 'VALIDATION_ERROR'],
    [{ startsAt: '2026-11-22' }, 'VALIDATION_ERROR'],
    [{ startsAt: '2026-11-22T13:00:00Z', expiresAt: '2026-11-22T13:00:00Z' }, 'VALIDATION_ERROR'],
    [{ ownerId: 'x' }, 'VALIDATION_ERROR'],
    [{ archived: true }, 'VALIDATION_ERROR'],
  ])('refuse %j', async (more, code) => {
    const reply = await call('createLink', undefined, { ...TARGET, ...more })
    expect(reply).toMatchObject({ status: 400, code })
    expect(reply.json.details[0]).toEqual({ path: expect.any(String), message: expect.any(String) })
  })

  test('come newest first in pages that inserts do not shift', async () => {
    const made: string[] = []
    for (let n = 0; n < 5; n++) made.unshift((await newLink()).id)
    const first = (await call('listLinks', undefined, undefined, '?limit=2')).json
    expect(first.data.map(({ id }: { id: string }) => id)).toEqual(made.slice(0, 2))
    expect(first.pagination).toEqual({ limit: 2, count: 2, nextCursor: expect.any(String) })
    for (const spelling of ['=', '.', '%20', 'A']) {
      const reply = await call('listLinks', undefined, undefined, `?cursor=${first.pagination.nextCursor}${spelling}`)
      expect(reply).toMatchObject({ status: 400, code: 'VALIDATION_ERROR' })
    }
    await newLink()
    const next = (await call('listLinks', undefined, undefined, `?limit=3&cursor=${first.pagination.nextCursor}`)).json
    expect(next.data.map(({ id }: { id: string }) => id)).toEqual(made.slice(2))
    expect(next.pagination).toEqual({ limit: 3, count: 3, nextCursor: null })
    expect((await call('listLinks')).json.pagination).toEqual({ limit: 50, count: 6, nextCursor: null })
  })

  test('hide archived ones unless asked', async () => {
    const link = await newLink()
    await call('updateLink', link.id, { archived: true })
    expect((await call('listLinks')).json.data).toEqual([])
    expect((await call('listLinks', undefined, undefined, '?includeArchived=false')).json.data).toEqual([])
    expect((await call('listLinks', undefined, undefined, '?includeArchived=true')).json.data).toHaveLength(1)
  })

  test.each([
    'limit=0',
    'limit=201',
    'limit=',
    'limit=1e1',
    'limit=+5',
    'limit=5.0',
    'limit=5&limit=5',
    'cursor=',
    'cursor=x',
    'cursor=MQ',
    'includeArchived=1',
    'includeArchived=TRUE',
    'page=2',
    '__proto__=1',
    'constructor=1',
    'limit=%zz',
  ])('refuse the query %s', async (query) => {
    const reply = await call('listLinks', undefined, undefined, `?${query}`)
    expect(reply).toMatchObject({ status: 400, code: 'VALIDATION_ERROR' })
  })

  test('of others, deleted ones and nonsense are the same nothing', async () => {
    const link = await newLink()
    const gone = await newLink()
    await call('deleteLink', gone.id)
    const bare = link.id.slice(4)
    const bodies = new Set<string | undefined>()
    const ids = [
      gone.id,
      bare,
      `usr_${bare}`,
      link.id.toLowerCase(),
      'lnk_',
      'x',
      '%',
      '%00',
      'lnk_%zz',
      `${link.id}%20`,
    ]
    for (const id of ids) {
      const reply = await call('getLink', id)
      expect(reply).toMatchObject({ status: 404, code: 'NOT_FOUND' })
      bodies.add(reply.text)
    }
    bodies.add((await world.call(bob.token, 'GET', `/links/${link.id}`)).text)
    expect(bodies.size).toBe(1)
    for (const [method, path] of [
      ['PATCH', ''],
      ['DELETE', ''],
      ['GET', '/rules'],
      ['GET', '/stats'],
      ['POST', '/preview'],
    ]) {
      const body = method === 'PATCH' || method === 'POST' ? {} : undefined
      const reply = await world.call(bob.token, method!, `/links/${link.id}${path}`, body)
      expect(reply).toMatchObject({ status: 404, code: 'NOT_FOUND' })
    }
    expect((await call('getLink', link.id)).status).toBe(200)
  })
})
