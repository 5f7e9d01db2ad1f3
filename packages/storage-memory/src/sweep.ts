// Sweeping: rows that have outlived their use go, a bounded number at a time.
import { IDEMPOTENCY_TTL_MS, WINDOW_MS } from '@linkwright/core'
import type { Table, Tables } from './tables.ts'

const MOST = 1000
const DAY_MS = 86_400_000
/** How long the counts of a rate limit are kept. */
const WINDOWS_MS = 600_000

/** Removes expired replies and nonces, click ids of deleted links, counts of rate limits, and salts that no click in flight needs any more. */
export function sweep(tables: Tables, now: number): number {
  const oldestDay = new Date(now - 2 * DAY_MS).toISOString().slice(0, 10)
  let left = MOST
  const remove = <Row>(table: Table<Row>, isOver: (row: Row, key: string) => boolean) => {
    const over: string[] = []
    for (const [key, row] of table.entries()) {
      if (over.length >= left) break
      if (isOver(row, key)) over.push(key)
    }
    for (const key of over) table.delete(key)
    left -= over.length
  }
  remove(tables.replies, (reply) => now - reply.createdAt > IDEMPOTENCY_TTL_MS)
  remove(tables.nonces, (expiresAt) => now >= expiresAt)
  remove(tables.clicks, (linkId) => tables.links.get(linkId) === undefined)
  remove(tables.windows, ({ window }) => window < Math.floor((now - WINDOWS_MS) / WINDOW_MS))
  remove(tables.salts, (_, day) => day < oldestDay)
  return MOST - left
}
