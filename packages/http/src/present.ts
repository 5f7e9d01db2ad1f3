// From the values inside to the values on the wire: ids with a type prefix, and times in RFC 3339.
import { isId } from '@linkwright/core'
import { z } from 'zod'

/** An id as callers write it. One with another prefix or form is the id of nothing: it comes out empty. */
export function wireId(prefix: string) {
  return z
    .string()
    .transform((text) => readId(prefix, text))
    .meta({ pattern: `^${prefix}[0-9A-HJKMNP-TV-Z]{26}$` })
}

export function readId(prefix: string, text: string): string {
  const id = text.startsWith(prefix) ? text.slice(prefix.length) : ''
  return isId(id) ? id : ''
}

/** A host's own ids are nobody's to rewrite: only ids of our making get the prefix. */
export function presentId(prefix: string, id: string): string {
  return isId(id) ? `${prefix}${id}` : id
}

export function presentTime(at: number): string {
  return new Date(at).toISOString()
}

export function presentOptionalTime(at: number | null): string | null {
  return at === null ? null : presentTime(at)
}
