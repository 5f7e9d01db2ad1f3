// The cache suite: what every cache must do that processes share in front of storage.
import type { Found, SharedCache, Snapshot } from '@linkwright/core'
import { expect } from 'vitest'
import { type PartCandidate, registerPart } from './part.ts'
import { linkRow } from './sample.ts'

const LINK = { ...linkRow({ id: 'a', slug: 'promo', title: 'Ünï "quoted"' }), seq: 7, clicks: 3 }
const SNAPSHOT: Snapshot = { link: LINK, rules: [], keys: [] }
const OTHER: Snapshot = { ...SNAPSHOT, link: { ...LINK, destinationUrl: 'https://example.org/' } }

/** Registers the suite with vitest; call it at the top of a test file. */
export function cacheSuite(candidate: PartCandidate<SharedCache>): void {
  registerPart('cache', candidate, {
    'who asks first gets the lease, everybody else none': async (cache) => {
      expect(leaseOf(await cache.get('/promo'))).toEqual(expect.any(String))
      expect(leaseOf(await cache.get('/promo'))).toBeNull()
      expect(leaseOf(await cache.get('/other'))).toEqual(expect.any(String))
    },

    'many at once: one gets the lease': async (cache, openSecond) => {
      const second = await openSecond()
      const founds = await Promise.all(Array.from({ length: 50 }, (_, at) => (at % 2 ? cache : second).get('/promo')))
      expect(founds.map(leaseOf).filter((lease) => lease !== null)).toHaveLength(1)
    },

    'what is filled in is found as it was, by every process': async (cache, openSecond) => {
      await cache.set('/promo', await lease(cache, '/promo'), SNAPSHOT)
      expect(await cache.get('/promo')).toEqual({ snapshot: SNAPSHOT })
      expect(await (await openSecond()).get('/promo')).toEqual({ snapshot: SNAPSHOT })
    },

    'that there is no such link is remembered too': async (cache) => {
      await cache.set('/promo', await lease(cache, '/promo'), null)
      expect(await cache.get('/promo')).toEqual({ snapshot: null })
    },

    'nothing is filled in without the lease': async (cache) => {
      const mine = await lease(cache, '/promo')
      await cache.set('/promo', 'not-a-lease', OTHER)
      expect(leaseOf(await cache.get('/promo'))).toBeNull()
      await cache.set('/promo', mine, SNAPSHOT)
      await cache.set('/promo', mine, OTHER)
      expect(await cache.get('/promo')).toEqual({ snapshot: SNAPSHOT })
    },

    'a lease is for its key alone': async (cache) => {
      await cache.set('/other', await lease(cache, '/promo'), SNAPSHOT)
      expect(leaseOf(await cache.get('/other'))).toEqual(expect.any(String))
    },

    'what a drop has overtaken is not filled in': async (cache, openSecond) => {
      const second = await openSecond()
      const old = await lease(cache, '/promo')
      await second.drop(['/promo'])
      await cache.set('/promo', old, SNAPSHOT)
      const fresh = await lease(second, '/promo')
      await cache.set('/promo', old, SNAPSHOT)
      await second.set('/promo', fresh, OTHER)
      expect(await cache.get('/promo')).toEqual({ snapshot: OTHER })
    },

    'a drop forgets all its keys, and no other': async (cache, openSecond) => {
      const keys = Array.from({ length: 30 }, (_, at) => `/slug-${at}`)
      for (const key of [...keys, '/kept']) await cache.set(key, await lease(cache, key), SNAPSHOT)
      await (await openSecond()).drop(keys)
      for (const key of keys) expect(leaseOf(await cache.get(key))).toEqual(expect.any(String))
      expect(await cache.get('/kept')).toEqual({ snapshot: SNAPSHOT })
      await cache.drop([])
    },

    'keys may hold anything that a host and a slug may': async (cache) => {
      const keys = ['go.example.com/a', '/ä-ß', '01KAN/x_Y-9', '/{a}', '/}{', '/']
      for (const key of keys) await cache.set(key, await lease(cache, key), SNAPSHOT)
      for (const key of keys) expect(await cache.get(key)).toEqual({ snapshot: SNAPSHOT })
    },
  })
}

function leaseOf(found: Found): string | null {
  if ('snapshot' in found) throw new Error('a value was found')
  return found.lease
}

async function lease(cache: SharedCache, key: string): Promise<string> {
  const lease = leaseOf(await cache.get(key))
  if (lease === null) throw new Error('somebody else has the lease')
  return lease
}
