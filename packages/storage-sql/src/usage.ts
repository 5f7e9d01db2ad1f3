// Usage of one plan subject.
import type { UsageStore } from '@linkwright/core'
import { sql } from 'kysely'
import type { Scope } from './scope.ts'

const TABLE = 'linkwright_usage'
const KEY = ['subject', 'meter', 'period'] as const

export function usageStore(scope: Scope<'subject'>): UsageStore {
  return {
    async reserve(meter, period, limit, n) {
      // The first row of a period is not guarded by the update's condition.
      if (n > limit) return null
      const total = sql<number>`${sql.ref(`${TABLE}.used`)} + ${n}`
      const row = await scope
        .insert(TABLE, { meter, period, used: n })
        .onConflict((conflict) => conflict.columns(KEY).doUpdateSet({ used: total }).where(total, '<=', limit))
        .returning('used')
        .executeTakeFirst()
      return row?.used ?? null
    },

    async read(meter, period) {
      if (scope.locksRows) return hold(scope, meter, period)
      const row = await scope
        .select(TABLE)
        .select('used')
        .where('meter', '=', meter)
        .where('period', '=', period)
        .executeTakeFirst()
      return row?.used ?? 0
    },

    async set(meter, period, value) {
      await scope
        .insert(TABLE, { meter, period, used: value })
        .onConflict((conflict) => conflict.columns(KEY).doUpdateSet({ used: value }))
        .execute()
    },
  }
}

/** In a transaction what was read stays true to its end: writing the row as it is takes its lock, were it there or not. */
async function hold(scope: Scope<'subject'>, meter: string, period: string): Promise<number> {
  const used = sql.ref<number>(`${TABLE}.used`)
  const row = await scope
    .insert(TABLE, { meter, period, used: 0 })
    .onConflict((conflict) => conflict.columns(KEY).doUpdateSet({ used }))
    .returning('used')
    .executeTakeFirstOrThrow()
  return row.used
}
