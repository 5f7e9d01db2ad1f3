// Whole lists, page by page.
import type { Page, PageRequest } from '@linkwright/core'

const PAGE = 200

export async function all<T>(read: (page: PageRequest) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = []
  for (let after: string | undefined; ; ) {
    const page = await read({ limit: PAGE, after })
    items.push(...page.items)
    if (page.next === null) return items
    after = page.next
  }
}

/** A whole list in the contract's shape: one page that holds everything. */
export function whole<T>(data: readonly T[]) {
  return { data, pagination: { limit: data.length, count: data.length, nextCursor: null } }
}
