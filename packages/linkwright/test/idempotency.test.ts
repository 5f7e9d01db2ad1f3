// Idempotency-Key: the first call does the work, and every later one gets its answer.
import { afterAll, describe, expect, test } from 'vitest'
import { api as client, DESTINATION, type Fields, type LinkList, type Signed } from './fixture/api.ts'
import { cliJson } from './fixture/command.ts'
import { everythingStored } from './fixture/database.ts'
import { expectFailure } from './fixture/errors.ts'
import { createPerson, createToken } from './fixture/people.ts'
import { startServer } from './fixture/server.ts'
import type { Reply } from './fixture/wire.ts'

const server = await startServer()
afterAll(() => server.stop())
const [{ api, id: user }, other, limited] = await Promise.all([
  createPerson(server, 'premium'),
  createPerson(server, 'premium'),
  createPerson(server, 'growth'),
])
const second = client(server, (await createToken(server.env, user)).token)
const body = { destinationUrl: DESTINATION }
let keys = 0
const newKey = () => ({ 'Idempotency-Key': `key-${++keys}` })
const answer = ({ status, text }: Reply<unknown>) => ({ status, text })
const countLinks = async () => (await api.get<LinkList>('/links?limit=200')).body.pagination.count

test('the same call again gets the same status and the same bytes, and makes nothing', async () => {
  const key = newKey()
  const before = await countLinks()
  const first = await api.post('/links', body, key)
  expect(first.status).toBe(201)
  for (let n = 0; n < 3; n++) {
    const again = await api.post('/links', body, key)
    expect(answer(again)).toEqual(answer(first))
    expect(again.headers['x-request-id']).not.toBe(first.headers['x-request-id'])
  }
  expect(await countLinks()).toBe(before + 1)
})

test('the answer stays what it was when the link has changed, and when it is gone', async () => {
  const key = newKey()
  const first = await api.post('/links', body, key)
  await api.patch(`/links/${first.body.id}`, { title: 'changed' })
  expect(answer(await api.post('/links', body, key))).toEqual(answer(first))
  await api.delete(`/links/${first.body.id}`)
  expect(answer(await api.post('/links', body, key))).toEqual(answer(first))
})

test('the same key with another body is 409 IDEMPOTENCY_MISMATCH', async () => {
  const key = newKey()
  const first = await api.post('/links', body, key)
  expectFailure(await api.post('/links', { ...body, title: 'x' }, key), 'IDEMPOTENCY_MISMATCH')
  expect(answer(await api.post('/links', body, key))).toEqual(answer(first))
})

test('parallel twins make one link; who comes too early is told so', async () => {
  const key = newKey()
  const before = await countLinks()
  const replies = await Promise.all(Array.from({ length: 50 }, () => api.post('/links', body, key)))
  for (const reply of replies) if (reply.status !== 201) expectFailure(reply, 'IDEMPOTENCY_IN_PROGRESS')
  expect(new Set(replies.filter(({ status }) => status === 201).map(({ text }) => text)).size).toBe(1)
  expect(await countLinks()).toBe(before + 1)
  expect((await api.post('/links', body, key)).status).toBe(201)
})

describe('a key counts', () => {
  test('for one credential only', async () => {
    const key = newKey()
    const first = await api.post('/links', body, key)
    expect((await second.post('/links', body, key)).body.id).not.toBe(first.body.id)
    expect((await other.api.post('/links', body, key)).body.id).not.toBe(first.body.id)
  })

  test('for one path only', async () => {
    const key = newKey()
    const [one, two] = [await api.link(), await api.link()]
    const sign = { expiresInSeconds: 60 }
    const first = await api.post<Signed>(`/links/${one.id}/sign`, sign, key)
    const elsewhere = await api.post<Signed>(`/links/${two.id}/sign`, sign, key)
    expect(elsewhere.body.url).toContain(two.slug)
    expect(answer(await api.post(`/links/${one.id}/sign`, sign, key))).toEqual(answer(first))
  })

  test('on POST only', async () => {
    const key = newKey()
    const { id } = await api.link()
    for (const title of ['one', 'two']) {
      expect((await api.call('PATCH', `/links/${id}`, { title }, key)).body.title).toBe(title)
    }
  })
})

describe('kept and given again', () => {
  test('404', async () => {
    const key = newKey()
    const path = '/links/lnk_00000000000000000000000000/rules'
    const rule = { field: 'device', operator: 'equals', value: 'bot', redirectUrl: DESTINATION }
    const first = await api.post(path, rule, key)
    expectFailure(first, 'NOT_FOUND')
    expect(answer(await api.post(path, rule, key))).toEqual(answer(first))
    expectFailure(await api.post(path, { ...rule, value: 'tv' }, key), 'IDEMPOTENCY_MISMATCH')
  })

  test('409, even when the slug is free again', async () => {
    const taken = await api.link({ customSlug: 'taken' })
    const key = newKey()
    const first = await api.post('/links', { ...body, customSlug: 'taken' }, key)
    expectFailure(first, 'SLUG_TAKEN')
    await api.delete(`/links/${taken.id}`)
    expect(answer(await api.post('/links', { ...body, customSlug: 'taken' }, key))).toEqual(answer(first))
    expect((await api.post('/links', { ...body, customSlug: 'taken' }, newKey())).status).toBe(201)
  })

  test('429 of a plan’s cap, even when there is room again', async () => {
    const set = (value: string) => {
      return cliJson(['usage', 'set', '--user', limited.id, '--meter', 'links', '--value', value], server.env)
    }
    await set('500')
    const key = newKey()
    const first = await limited.api.post('/links', body, key)
    expectFailure(first, 'PLAN_LIMIT_EXCEEDED')
    await set('0')
    expect(answer(await limited.api.post('/links', body, key))).toEqual(answer(first))
    expect((await limited.api.post('/links', body, newKey())).status).toBe(201)
  })

  test('200 with a secret in it, which is not stored in the clear', async () => {
    const key = newKey()
    const link = await api.link()
    const first = await api.post<Signed>(`/links/${link.id}/sign`, { expiresInSeconds: 60, once: true }, key)
    const again = await api.post<Signed>(`/links/${link.id}/sign`, { expiresInSeconds: 60, once: true }, key)
    expect(answer(again)).toEqual(answer(first))
    const signature = /lw_sig=(.*)$/.exec(first.body.url)![1]!
    const stored = await everythingStored(server.env)
    expect(stored.filter((bytes) => bytes.includes(signature))).toEqual([])
    // The same search does find what is stored in the clear.
    expect(stored.filter((bytes) => bytes.includes(link.slug))).not.toEqual([])
  })
})

describe('not kept', () => {
  test.each<[string, unknown, Fields]>([
    ['400 VALIDATION_ERROR', { nonsense: 1 }, {}],
    ['400 INVALID_JSON', '{', {}],
    ['400 INVALID_SLUG', { ...body, customSlug: 'a' }, {}],
    ['415', JSON.stringify(body), { 'Content-Type': 'text/plain' }],
  ])('%s', async (_, wrong, headers) => {
    const key = newKey()
    const refused = await api.post('/links', wrong, { ...key, ...(headers as Record<string, string>) })
    expect([400, 415]).toContain(refused.status)
    expect((await api.post('/links', body, key)).status).toBe(201)
  })

  test('400 that only the service itself can find: the same key then works', async () => {
    const key = newKey()
    const own = { destinationUrl: `${server.origin}/abc` }
    expectFailure(await api.post('/links', own, key), 'VALIDATION_ERROR')
    expect((await api.post('/links', body, key)).status).toBe(201)
  })

  test('403 of a premium field', async () => {
    const key = newKey()
    const premium = { ...body, iosUrl: DESTINATION }
    expectFailure(await limited.api.post('/links', premium, key), 'PLAN_REQUIRED')
    expect((await limited.api.post('/links', body, key)).status).toBe(201)
  })

  test('403 of a scope and 401', async () => {
    const key = newKey()
    const reader = client(server, (await createToken(server.env, user, ['links:read'])).token)
    expectFailure(await reader.post('/links', body, key), 'INSUFFICIENT_SCOPE')
    expectFailure(await client(server).post('/links', body, key), 'UNAUTHENTICATED')
  })
})

describe('the header', () => {
  test.each(['x', 'x'.repeat(255), 'with spaces and "quotes"', '!~'])('%.30j is a key', async (key) => {
    const first = await api.post('/links', body, { 'Idempotency-Key': key })
    expect(first.status).toBe(201)
    expect(answer(await api.post('/links', body, { 'Idempotency-Key': key }))).toEqual(answer(first))
  })

  test.each(['x'.repeat(256), '', 'caf\u00e9', ['a', 'b']])('%.30j is 400', async (key) => {
    expectFailure(await api.post('/links', body, { 'Idempotency-Key': key }), 'VALIDATION_ERROR')
  })

  test('without it the same call makes another link', async () => {
    const [one, two] = [await api.post('/links', body), await api.post('/links', body)]
    expect(one.body.id).not.toBe(two.body.id)
  })
})
