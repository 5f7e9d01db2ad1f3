// Replies to idempotent calls.
import { IDEMPOTENCY_TTL_MS, type IdempotencyStore } from '@linkwright/core'
import type { Space } from './space.ts'
import { keep, keyOf } from './tables.ts'

export function createIdempotencyStore({ tables, write }: Space): IdempotencyStore {
  return {
    async find(scope, key) {
      return tables.replies.get(keyOf(scope, key))
    },
    save: (record) =>
      write((draft) => {
        const place = keyOf(record.scope, record.key)
        const before = draft.replies.get(place)
        // A record that has outlived its time no longer counts, swept or not.
        if (before !== undefined && record.createdAt - before.createdAt <= IDEMPOTENCY_TTL_MS) return false
        draft.replies.set(place, keep(record))
        return true
      }),
  }
}
