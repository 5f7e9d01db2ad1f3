// Reads lists, newest first, one page at a time.
import { type Page, type PageRequest, toPage } from '@linkwright/core'

/** @param query gives the rows after `page.after`, newest first */
export async function readPage<Row, T extends { readonly id: string }>(
  query: { limit(count: number): { execute(): Promise<Row[]> } },
  page: PageRequest,
  fromRow: (row: Row) => T,
): Promise<Page<T>> {
  const rows = await query.limit(page.limit + 1).execute()
  return toPage(rows.map(fromRow), page.limit)
}
