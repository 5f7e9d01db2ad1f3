// What may be written to a link, checked wherever it comes from: types, lengths, and the reading of URLs and times.
import { z } from 'zod'
import { readDestination } from './destination.ts'
import { RESERVED_WORDS, SLUG } from './slug.ts'

/** A URL to send visitors to; stored as the WHATWG href. */
export const destination = z
  .string()
  .transform((text, context) => {
    const read = readDestination(text)
    if (read.ok) return read.url
    context.addIssue({ code: 'custom', message: read.reason })
    return z.NEVER
  })
  .meta({ id: 'Destination', format: 'uri', maxLength: 2048, description: 'An http or https URL with a public host.' })

/** A moment, RFC 3339 with an offset; milliseconds inside. */
export const instant = z.iso
  .datetime({ offset: true, error: 'must be an RFC 3339 time such as 2026-05-09T15:24:00.000Z' })
  .transform((text) => Date.parse(text))

const reserved = new Set(RESERVED_WORDS)

export const customSlug = z
  .string()
  .superRefine((slug, context) => {
    const refuse = (message: string) => context.addIssue({ code: 'custom', message, params: { code: 'INVALID_SLUG' } })
    if (!SLUG.test(slug)) refuse('must be 3–40 characters out of a–z, A–Z, 0–9, _ and -')
    else if (reserved.has(slug.toLowerCase())) refuse('is a reserved word')
  })
  .meta({ pattern: '^[A-Za-z0-9_-]{3,40}$' })

// Postgres has no text with a NUL in it.
const text = z.string().refine((text) => !text.includes('\0'), 'must not contain NUL')
const title = text.max(120, 'must be at most 120 characters')
const maxClicks = z.int('must be a whole number').min(1, 'must be at least 1')

export const newLink = z.strictObject({
  destinationUrl: destination,
  title: title.nullish(),
  customSlug: customSlug.nullish(),
  domainId: text.nullish(),
  iosUrl: destination.nullish(),
  androidUrl: destination.nullish(),
  requireSignature: z.boolean().optional(),
  maxClicks: maxClicks.nullish(),
  startsAt: instant.nullish(),
  expiresAt: instant.nullish(),
  disabled: z.boolean().optional(),
})

export const linkChange = z.strictObject({
  destinationUrl: destination.optional(),
  title: title.nullish(),
  iosUrl: destination.nullish(),
  androidUrl: destination.nullish(),
  requireSignature: z.boolean().optional(),
  maxClicks: maxClicks.nullish(),
  startsAt: instant.nullish(),
  expiresAt: instant.nullish(),
  disabled: z.boolean().optional(),
  archived: z.boolean().optional(),
})

export type NewLink = z.output<typeof newLink>
export type LinkChange = z.output<typeof linkChange>
