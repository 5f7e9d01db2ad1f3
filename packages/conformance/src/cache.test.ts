// The cache suite on the least that is a cache: two Maps.
import type { SharedCache, Snapshot } from '@linkwright/core'
import { cacheSuite } from './cache.ts'

cacheSuite({
  name: 'maps',
  open: async () => {
    const part = createCache()
    return { part, openSecond: async () => part, close: async () => {} }
  },
})

function createCache(): SharedCache {
  const values = new Map<string, Snapshot | null>()
  const leases = new Map<string, string>()
  let last = 0
  return {
    async get(key) {
      const snapshot = values.get(key)
      if (snapshot !== undefined) return { snapshot }
      if (leases.has(key)) return { lease: null }
      const lease = String(++last)
      leases.set(key, lease)
      return { lease }
    },
    async set(key, lease, snapshot) {
      if (leases.get(key) !== lease) return
      leases.delete(key)
      values.set(key, snapshot)
    },
    async drop(keys) {
      for (const key of keys) {
        values.delete(key)
        leases.delete(key)
      }
    },
  }
}
