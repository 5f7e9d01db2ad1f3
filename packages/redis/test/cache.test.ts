// The shared cache while Redis is away: it knows nothing, and forgets what it could not be told to forget.
import type { SharedCache } from '@linkwright/core'
import { Redis } from 'ioredis'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createWorld, expectQuick, SOON, WAYS } from './world.ts'

describe.each(WAYS)('Redis is $way', ({ away, back }) => {
  test('it answers at once that it knows nothing, and is told later what to forget', async () => {
    const { service, open } = await createWorld({ appendonly: true })
    const [one, other] = [await open(), await open()]
    for (const key of ['/stale', '/kept']) await one.cache.set(key, await lease(one.cache, key), null)
    // Held open, so that what is left of it can be seen.
    const client = new Redis(service.url, { retryStrategy: () => 100 })
    client.on('error', () => {})
    onTestFinished(() => client.disconnect())
    for (const key of await client.keys('lw:{link:*')) await client.persist(key)

    await away(service)
    await expectQuick(async () => {
      for (let at = 0; at < 100; at++) expect(await one.cache.get(`/${at}`)).toEqual({ lease: null })
      for (let at = 0; at < 100; at++) await one.cache.set(`/${at}`, 'lease', null)
      for (let at = 0; at < 100; at++) await one.cache.drop([`/${at}`, '/stale'])
    })
    expect(await one.cache.get('/stale')).toEqual({ lease: null })

    await back(service)
    await expect.poll(() => one.healthy() && other.healthy(), SOON).toBe(true)
    await expect.poll(() => client.exists('lw:{link:/stale}'), SOON).toBe(0)
    expect(await other.cache.get('/kept')).toEqual({ snapshot: null })
    expect(await other.cache.get('/stale')).toEqual({ lease: expect.any(String) })
  })
})

test('a value, a miss and a lease end by themselves', async () => {
  const { open } = await createWorld()
  const { cache } = await open({ missMs: 50, hitMs: 100_000 })
  await cache.set('/promo', await lease(cache, '/promo'), null)
  await expect.poll(() => cache.get('/promo'), SOON).toEqual({ lease: expect.any(String) })
  // The lease that was just given is never used.
  expect(await cache.get('/promo')).toEqual({ lease: null })
  await expect.poll(() => cache.get('/promo'), SOON).toEqual({ lease: expect.any(String) })
})

async function lease(cache: SharedCache, key: string): Promise<string> {
  const found = await cache.get(key)
  if ('snapshot' in found || found.lease === null) throw new Error('there is no lease')
  return found.lease
}
