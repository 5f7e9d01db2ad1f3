// Requests a minute: exactly the plan's number per token, however many come at once.
import { afterAll, expect, test } from 'vitest'
import { api } from './fixture/api.ts'
import { fitInMinute } from './fixture/clock.ts'
import { expectFailure } from './fixture/errors.ts'
import { createPerson, createToken } from './fixture/people.ts'
import { startServer } from './fixture/server.ts'

const server = await startServer()
afterAll(() => server.stop())
const [growth, premium, reader] = await Promise.all([
  createPerson(server, 'growth'),
  createPerson(server, 'premium'),
  createPerson(server, 'growth', ['links:read']),
])
const second = await createToken(server.env, growth.id)

function statusesOf(count: number, call: (n: number) => Promise<{ readonly status: number }>): Promise<number[]> {
  return Promise.all(Array.from({ length: count }, async (_, n) => (await call(n)).status))
}

test('60 of 100 parallel requests pass on growth, and the next are told to wait for the minute to end', async () => {
  await fitInMinute()
  const replies = await Promise.all(Array.from({ length: 100 }, () => growth.api.get('/me')))
  const passed = replies.filter(({ status }) => status === 200)
  const refused = replies.filter(({ status }) => status === 429)
  expect([passed.length, refused.length]).toEqual([60, 40])

  const left = passed.map(({ headers }) => Number(/;r=(\d+)/.exec(headers.ratelimit as string)?.[1]))
  expect(left.sort((a, b) => b - a)).toEqual(Array.from({ length: 60 }, (_, n) => 59 - n))

  const reply = await growth.api.get('/links')
  expectFailure(reply, 'RATE_LIMITED')
  const seconds = Number(reply.headers['retry-after'])
  expect(reply.body.error).toBe(`Rate limit exceeded (60 req/min). Try again in ${seconds}s.`)
  expect(Object.keys(reply.body)).toEqual(['error', 'code'])
  expect(reply.headers.ratelimit).toMatch(new RegExp(`;r=0;t=${seconds}$`))
  const toMinute = 60 - ((Date.now() / 1000) % 60)
  expect(Math.abs(seconds - toMinute)).toBeLessThan(2)
})

test('each token has its own budget', async () => {
  await fitInMinute()
  expect(await statusesOf(60, () => growth.api.get('/me'))).toContain(429)
  const other = api(server, second.token)
  expect((await other.get('/me')).status).toBe(200)
})

test('300 of 320 parallel requests pass on premium', async () => {
  await fitInMinute()
  const statuses = await statusesOf(320, () => premium.api.get('/me'))
  expect(statuses.filter((status) => status === 200)).toHaveLength(300)
  expect(statuses.filter((status) => status === 429)).toHaveLength(20)
})

test('a call counts once plan and scope let it through, whatever becomes of it', async () => {
  await fitInMinute()
  const counted = ['/links?limit=0', '/links/nothing', '/no/such/path', '/links']
  await statusesOf(20, () => reader.api.post('/links', {}))
  await statusesOf(59, (n) => reader.api.get(counted[n % 4]!))
  expect((await reader.api.get('/me')).status).toBe(200)
  expectFailure(await reader.api.get('/me'), 'RATE_LIMITED')
  // Scope is judged before the rate, and the body after it.
  expectFailure(await reader.api.post('/links', {}), 'INSUFFICIENT_SCOPE')
  expectFailure(await reader.api.get('/links?limit=0'), 'RATE_LIMITED')
  expectFailure(await reader.api.get('/no/such/path'), 'RATE_LIMITED')
})

test('the rate comes before body and replay', async () => {
  await fitInMinute()
  const token = await createToken(server.env, growth.id)
  const caller = api(server, token.token)
  const body = { destinationUrl: 'https://example.com/once' }
  const first = await caller.post('/links', body, { 'Idempotency-Key': 'first' })
  expect(first.status).toBe(201)
  await statusesOf(58, () => caller.post('/links', body, { 'Idempotency-Key': 'first' }))
  expect((await caller.post('/links', body, { 'Idempotency-Key': 'first' })).status).toBe(201)
  expectFailure(await caller.post('/links', body, { 'Idempotency-Key': 'first' }), 'RATE_LIMITED')
  expectFailure(await caller.post('/links', '{broken'), 'RATE_LIMITED')
  expectFailure(await caller.post('/links', 'x'.repeat(100_001)), 'RATE_LIMITED')
})
