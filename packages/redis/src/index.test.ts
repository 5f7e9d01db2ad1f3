// What may be given to redis(), and what all keys in Redis have in common.
import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { redis } from './index.ts'

test.each(['localhost:6379', 'http://127.0.0.1', ''])('%j is no address', (address) => {
  expect(() => redis(address)).toThrow('the address of Redis must be redis://')
})

test('a cluster without nodes, braces in the prefix and odd numbers are refused', () => {
  expect(() => redis({ cluster: [] })).toThrow('at least one node')
  expect(() => redis('redis://127.0.0.1', { prefix: 'a{b}:' })).toThrow('must not hold braces: a{b}:')
  expect(() => redis('redis://127.0.0.1', { processes: 0 })).toThrow('processes must be a whole number above 0')
  expect(() => redis('redis://127.0.0.1', { timeoutMs: 1.5 })).toThrow('timeoutMs must be a whole number above 0')
})

test('every key has the prefix, a hash tag and an end', async () => {
  const prefix = `test-${randomBytes(6).toString('hex')}:`
  const url = process.env.LINKWRIGHT_TEST_REDIS_URL!
  const parts = redis(url, { prefix, timeoutMs: 5000 })
  const client = new Redis(url)
  await parts.limits.take('token', 5, Date.now())
  const found = await parts.cache.get('/promo')
  if ('lease' in found) await parts.cache.set('/promo', found.lease!, null)
  await parts.cache.get('/other')
  const event = {
    id: 'e',
    at: 1,
    linkId: 'l',
    ruleId: null,
    outcome: 'redirect',
    head: false,
    prefetch: false,
  } as const
  await parts.journal.append({
    ...event,
    visitor: '',
    country: null,
    userAgent: '',
    referrer: null,
    acceptLanguage: '',
  })
  await parts.journal.drain(10, async () => {})
  await parts.journal.drain(10, async () => {})
  await parts.channel.publish([{ kind: 'all' }])
  const keys = await client.keys(`${prefix}*`)
  expect(keys.length).toBeGreaterThanOrEqual(5)
  for (const key of keys) {
    expect(key.slice(prefix.length)).toMatch(/^\{[^{}]+\}/)
    expect(await client.pttl(key), key).toBeGreaterThan(0)
  }
  await parts.close()
  client.disconnect()
})

test('closing twice, or before there is a connection, is harmless', async () => {
  const parts = redis('redis://127.0.0.1:1')
  expect(parts.healthy()).toBe(false)
  await Promise.all([parts.close(), parts.close()])
})
