// Writes counts of an hour as they should be. The links are held by the transaction.
import type { Discrepancy } from '@linkwright/core'
import { sql } from 'kysely'
import type { Connection } from './connection.ts'
import { bitOf, dayOf, TOTAL } from './rollups.ts'

type Owners = ReadonlyMap<string, string>

export async function mendCounts({ db }: Connection, owners: Owners, differing: readonly Discrepancy[]): Promise<void> {
  for (const { linkId, kind, hour, value, recounted } of differing) {
    if (kind === 'visitor') continue
    const dimension = kind === 'total' ? TOTAL : kind
    const key = { link_id: linkId, hour: hour!, dimension, value: value ?? '' }
    if (recounted === null) {
      await db
        .deleteFrom('linkwright_click_hour')
        .where('link_id', '=', key.link_id)
        .where('hour', '=', key.hour)
        .where('dimension', '=', key.dimension)
        .where('value', '=', key.value)
        .execute()
    } else {
      const counts = { clicks: recounted.clicks!, people: recounted.people!, bots: recounted.bots! }
      await db
        .insertInto('linkwright_click_hour')
        .values({ owner_id: owners.get(linkId)!, ...key, ...counts })
        .onConflict((conflict) => conflict.columns(['link_id', 'hour', 'dimension', 'value']).doUpdateSet(counts))
        .execute()
    }
  }
}

export async function mendVisitors(
  { db }: Connection,
  owners: Owners,
  differing: readonly Discrepancy[],
): Promise<void> {
  for (const { linkId, kind, hour, value, recounted } of differing) {
    if (kind !== 'visitor') continue
    const key = { link_id: linkId, day: dayOf(hour!), visitor: value! }
    const bit = bitOf(hour!)
    if (recounted === null) {
      await db
        .updateTable('linkwright_click_visitor')
        .set({ hours: sql<number>`hours & ${sql.lit(~bit)}` })
        .where('link_id', '=', key.link_id)
        .where('day', '=', key.day)
        .where('visitor', '=', key.visitor)
        .execute()
      await db
        .deleteFrom('linkwright_click_visitor')
        .where('link_id', '=', key.link_id)
        .where('day', '=', key.day)
        .where('visitor', '=', key.visitor)
        .where('hours', '=', 0)
        .execute()
    } else {
      const hours = sql<number>`linkwright_click_visitor.hours | excluded.hours`
      await db
        .insertInto('linkwright_click_visitor')
        .values({ owner_id: owners.get(linkId)!, ...key, hours: bit })
        .onConflict((conflict) => conflict.columns(['link_id', 'day', 'visitor']).doUpdateSet({ hours }))
        .execute()
    }
  }
}
