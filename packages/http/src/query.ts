// Query texts, read strictly: no name twice, no malformed encoding, and numbers that are numbers.
import { invalid } from '@linkwright/core'
import { z } from 'zod'

/** Reads a raw query text. Repeated names and broken encodings are `VALIDATION_ERROR`s; unknown ones are the schema's. */
export function parseQuery(text: string): Record<string, string> {
  const values = new Map<string, string>()
  for (const pair of text.split('&')) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const name = decode(equals < 0 ? pair : pair.slice(0, equals))
    const value = equals < 0 ? '' : decode(pair.slice(equals + 1))
    if (values.has(name)) throw invalid(/^\w{1,40}$/.test(name) ? name : 'query', 'is given twice')
    values.set(name, value)
  }
  return Object.fromEntries(values)
}

/** A raw path segment; one that is malformed is the name of nothing. */
export function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return ''
  }
}

/** A whole number in a query, between two bounds. */
export function integerText(minimum: number, maximum: number) {
  return z
    .string()
    .transform((text, context) => {
      const number = /^(0|[1-9]\d{0,14})$/.test(text) ? Number(text) : Number.NaN
      if (number >= minimum && number <= maximum) return number
      context.addIssue({ code: 'custom', message: `must be a whole number from ${minimum} to ${maximum}` })
      return z.NEVER
    })
    .meta({ type: 'integer', minimum, maximum })
}

/** `true` or `false` in a query, spelled out. */
export const booleanText = z.enum(['true', 'false'], 'must be "true" or "false"').transform((text) => text === 'true')

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw invalid('query', 'is not well-formed percent-encoding')
  }
}
