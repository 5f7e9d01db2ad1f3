// Raw clicks as they are read again: in the order of their ids, which is about that of their time.
import { type Click, firstIdAt } from '@linkwright/core'
import type { Connection } from './connection.ts'
import type { Row } from './schema.ts'

/** An id is made with its click, but clocks are set now and then: so far may the two be apart. */
const MARGIN_MS = 600_000
/** Rows read at once. */
const PAGE = 2_000

export interface RawSpan {
  /** Null: from the first one. */
  readonly from: number | null
  /** Null: to the last one. */
  readonly to: number | null
  /** Clicks of these links alone. */
  readonly linkIds?: readonly string[] | undefined
}

/** Pages of all rows whose ids may belong to the span. Some of them do not: their `at` tells. */
export async function* readRaw({ db }: Connection, span: RawSpan): AsyncGenerator<readonly Row<'linkwright_click'>[]> {
  const { from, to, linkIds } = span
  let query = db.selectFrom('linkwright_click').selectAll().orderBy('id').limit(PAGE)
  if (to !== null) query = query.where('id', '<', firstIdAt(to + MARGIN_MS))
  if (linkIds !== undefined) query = query.where('link_id', 'in', linkIds)
  for (let after = from === null ? '' : firstIdAt(Math.max(0, from - MARGIN_MS)); ; ) {
    const rows = await query.where('id', '>', after).execute()
    yield rows
    if (rows.length < PAGE) return
    after = rows.at(-1)!.id
  }
}

/** Whether the row is not found by its time, because its id is of another. */
export function isStray({ id, at }: Row<'linkwright_click'>): boolean {
  return id < firstIdAt(Math.max(0, at - MARGIN_MS)) || id >= firstIdAt(at + MARGIN_MS)
}

export function toClick(row: Row<'linkwright_click'>): Click {
  return {
    id: row.id,
    at: row.at,
    linkId: row.link_id,
    ruleId: row.rule_id,
    outcome: row.outcome,
    counted: row.counted === 1,
    bot: row.bot === 1,
    prefetch: row.prefetch === 1,
    head: row.head === 1,
    country: row.country,
    device: row.device,
    browser: row.browser,
    referrer: row.referrer,
    language: row.language,
    visitor: row.visitor,
  }
}
