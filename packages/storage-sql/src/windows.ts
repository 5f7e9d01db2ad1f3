// Calls counted in windows of a minute, for rate limits that all processes share.
import type { WindowStore } from '@linkwright/core'
import { sql } from 'kysely'
import type { Connection } from './connection.ts'

const TABLE = 'linkwright_window'

export function windowStore({ db }: Connection): WindowStore {
  return {
    async take(key, window, limit) {
      // The first row of a window is not guarded by the update's condition.
      if (limit < 1) return null
      const used = sql.ref<number>(`${TABLE}.used`)
      const row = await db
        .insertInto(TABLE)
        .values({ key, window, used: 1 })
        .onConflict((conflict) =>
          conflict
            .columns(['key', 'window'])
            .doUpdateSet({ used: sql<number>`${used} + 1` })
            .where(used, '<', limit),
        )
        .returning('used')
        .executeTakeFirst()
      return row?.used ?? null
    },
  }
}
