// Reads lists, newest first, one page at a time.
import { type Page, type PageRequest, toPage } from '@linkwright/core'

/** What a query must be able to do to be read by pages. */
interface Pageable<Query, Row> {
  where(column: 'id', operator: '<', value: string): Query
  orderBy(column: 'id', direction: 'desc'): Query
  limit(count: number): Query
  execute(): Promise<Row[]>
}

export async function readPage<Query extends Pageable<Query, Row>, Row, T extends { readonly id: string }>(
  query: Query & Pageable<Query, Row>,
  page: PageRequest,
  fromRow: (row: Row) => T,
): Promise<Page<T>> {
  const rest = page.after === undefined ? query : query.where('id', '<', page.after)
  const rows = await rest
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
    .execute()
  return toPage(rows.map(fromRow), page.limit)
}
