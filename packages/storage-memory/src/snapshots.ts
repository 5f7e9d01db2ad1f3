// Snapshots: a link with all that a visit's decision needs, in a few look-ups and without waiting.
import type { SnapshotStore } from '@linkwright/core'
import { isInUse, keysOf } from './keys.ts'
import type { Space } from './space.ts'
import { keyOf } from './tables.ts'

export function createSnapshotStore({ tables }: Space): SnapshotStore {
  return {
    get(domainId, slugKey) {
      const record = tables.links.get(tables.slugs.get(keyOf(domainId, slugKey)) ?? '')
      if (record === undefined) return undefined
      const { link } = record
      return {
        link,
        rules: tables.rules.get(link.id) ?? [],
        keys: link.requireSignature ? keysOf(tables, link.ownerId).filter(isInUse) : [],
      }
    },
  }
}
