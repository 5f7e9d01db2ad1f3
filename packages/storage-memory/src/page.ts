// Lists: newest first, cut by the id of the last row seen.
import { type Page, type PageRequest, toPage } from '@linkwright/core'

export function pageOf<Row extends { readonly id: string }>(
  rows: Iterable<Row>,
  { limit, after }: PageRequest,
): Page<Row> {
  const newestFirst = [...rows]
    .filter((row) => after === undefined || row.id < after)
    .sort((a, b) => (a.id < b.id ? 1 : -1))
  return toPage(newestFirst.slice(0, limit + 1), limit)
}
