// A cache of snapshots that processes share, in front of storage. What a signature guards is never put there.
import type { SharedCache, SnapshotStore } from './store.ts'

/** Reads through the cache where there is one. */
export function throughShared(store: SnapshotStore, cache: SharedCache | undefined): SnapshotStore {
  if (cache === undefined) return store
  return {
    async get(domainId, slugKey) {
      const key = sharedKey(domainId, slugKey)
      const found = await cache.get(key)
      if ('snapshot' in found) return found.snapshot ?? undefined
      const snapshot = await store.get(domainId, slugKey)
      if (found.lease !== null && !snapshot?.link.requireSignature) await cache.set(key, found.lease, snapshot ?? null)
      return snapshot
    },
  }
}

/** What the cache calls a link: a slug holds no slash. */
export function sharedKey(domainId: string | null, slugKey: string): string {
  return `${domainId ?? ''}/${slugKey}`
}
