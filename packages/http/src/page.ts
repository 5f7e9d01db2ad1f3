// Pages of a list on the wire: an opaque cursor that names the last row seen, so that inserts never shift a page.
import { isId, type Page } from '@linkwright/core'
import { z } from 'zod'
import { integerText } from './query.ts'

/** Changes when the meaning of what follows it does, so that an old cursor is refused instead of misread. */
const VERSION = '1'

/** Query parameters of a paged list. */
export function pageQuery(limit: { readonly maximum: number; readonly usual: number }) {
  return {
    limit: integerText(1, limit.maximum).default(limit.usual),
    cursor: cursor.optional(),
  }
}

/** The `after` of a page request, as clients pass it on. */
const cursor = z
  .string()
  .transform((text, context) => {
    const id = readCursor(text)
    if (id !== null) return id
    context.addIssue({ code: 'custom', message: 'is not a cursor of this list' })
    return z.NEVER
  })
  .meta({ description: 'The `nextCursor` of the page before.' })

function writeCursor(id: string): string {
  return Buffer.from(`${VERSION}${id}`).toString('base64url')
}

function readCursor(text: string): string | null {
  const inside = Buffer.from(text, 'base64url').toString('latin1')
  const id = inside.slice(VERSION.length)
  // Decoding is lenient; only the one spelling that was given out comes back unchanged.
  return isId(id) && writeCursor(id) === text ? id : null
}

export const pagination = z.object({
  limit: z.int(),
  count: z.int().meta({ description: 'Items in this page.' }),
  nextCursor: z.string().nullable(),
})

export function presentPage<Row, Item>({ items, next }: Page<Row>, limit: number, present: (row: Row) => Item) {
  return {
    data: items.map(present),
    pagination: { limit, count: items.length, nextCursor: next === null ? null : writeCursor(next) },
  }
}
