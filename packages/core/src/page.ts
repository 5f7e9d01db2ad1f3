// Lists: newest first, cut into pages by the id of the last row seen, so that inserts never shift a page.

export interface PageRequest {
  readonly limit: number
  /** The id after which the page starts (exclusive), from the page before. */
  readonly after?: string | undefined
}

export interface Page<T> {
  readonly items: readonly T[]
  /** The `after` of the next page, or null at the end. */
  readonly next: string | null
}

/** Cuts a page out of rows that were asked for with one more than the limit. */
export function toPage<T extends { readonly id: string }>(rows: readonly T[], limit: number): Page<T> {
  const items = rows.slice(0, limit)
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null }
}
