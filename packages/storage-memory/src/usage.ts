// Usage of a plan subject: one number a meter and period.
import type { Owner, UsageStore } from '@linkwright/core'
import type { Space } from './space.ts'
import { keyOf } from './tables.ts'

export function createUsageStore({ tables, write }: Space, owner: Owner): UsageStore {
  return {
    reserve: (meter, period, limit, n) =>
      write((draft) => {
        const key = keyOf(owner.subject, meter, period)
        const total = (draft.usage.get(key) ?? 0) + n
        if (total > limit) return null
        draft.usage.set(key, total)
        return total
      }),
    async read(meter, period) {
      return tables.usage.get(keyOf(owner.subject, meter, period)) ?? 0
    },
    set: (meter, period, value) =>
      write((draft) => {
        draft.usage.set(keyOf(owner.subject, meter, period), value)
      }),
  }
}
