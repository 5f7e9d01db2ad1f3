// A storage in memory that tells how often redirects asked it, and can be away.
import { memory } from '@linkwright/storage-memory'
import type { Storage } from '../src/storage.ts'

/** A storage whose snapshots are counted, may be held back, and may fail. */
export function watched() {
  const storage = memory()
  const { snapshots, domains } = storage.open
  const state = { reads: 0, hosts: 0, away: false, gate: undefined as Promise<void> | undefined }
  const open: Storage['open'] = {
    ...storage.open,
    snapshots: {
      async get(domainId, slugKey) {
        state.reads++
        if (state.away) throw new Error('storage is away')
        const snapshot = await snapshots.get(domainId, slugKey)
        await state.gate
        return snapshot
      },
    },
    domains: {
      ...domains,
      async byHost(host) {
        state.hosts++
        if (state.away) throw new Error('storage is away')
        return domains.byHost(host)
      },
    },
  }
  return { state, storage: { ...storage, open } as Storage }
}
