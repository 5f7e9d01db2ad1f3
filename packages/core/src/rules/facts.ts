// The words of routing: what may be known of a visit, what each fact may hold, and how it may be tested.

export const FIELDS = ['country', 'device', 'browser', 'referer_host', 'hour_utc', 'language', 'returning'] as const
export type Field = (typeof FIELDS)[number]

export const OPERATORS = ['equals', 'in', 'not_in', 'between', 'matches'] as const
export type Operator = (typeof OPERATORS)[number]

export const DEVICES = ['mobile', 'tablet', 'desktop', 'bot', 'tv', 'console', 'unknown'] as const
export type Device = (typeof DEVICES)[number]

export const BROWSERS = ['chrome', 'safari', 'firefox', 'edge', 'opera', 'samsung', 'ie', 'other'] as const
export type Browser = (typeof BROWSERS)[number]

/** Which operators each field takes. */
export const OPERATORS_BY_FIELD: Readonly<Record<Field, readonly Operator[]>> = {
  country: ['equals', 'in', 'not_in', 'matches'],
  device: ['equals', 'in', 'not_in'],
  browser: ['equals', 'in', 'not_in', 'matches'],
  referer_host: ['equals', 'in', 'not_in', 'matches'],
  hour_utc: ['equals', 'in', 'not_in', 'between'],
  language: ['equals', 'in', 'not_in', 'matches'],
  returning: ['equals'],
}

/** What one value of each field looks like, in words that follow "must be". */
export const VALUES_BY_FIELD: Readonly<Record<Field, string>> = {
  country: 'a two-letter ISO 3166-1 country code such as "DE"',
  device: `one of ${DEVICES.join(', ')}`,
  browser: `one of ${BROWSERS.join(', ')}`,
  referer_host: 'a host name such as "example.com"',
  hour_utc: 'an integer from 0 to 23',
  language: 'a language tag such as "en" or "pt-br"',
  returning: 'true or false',
}

export const LIMITS = {
  /** Values in one `in` or `not_in` list. */
  values: 250,
  /** Characters of a `matches` pattern. */
  patternLength: 256,
  /** Instructions that a `matches` pattern may compile to: every pattern without counted repeats fits. */
  patternSize: 512,
  /** Characters of a fact that a `matches` pattern is tried on. */
  matchedLength: 512,
  /** Leaves in one tree of conditions. */
  leaves: 20,
  /** Levels of `all`, `any` and `not` inside one another. */
  depth: 4,
} as const

/**
 * What is known of one visit; null means unknown. The engine reads a property only when a rule needs it,
 * so each may be a getter that works its fact out on demand.
 */
export interface Facts {
  /** ISO 3166-1 alpha-2, upper case. */
  readonly country: string | null
  readonly device: Device | null
  readonly browser: Browser | null
  /** Host of the referring page: lower case, no port, a leading `www.` dropped. */
  readonly referer_host: string | null
  /** Hour of the day in UTC, an integer from 0 to 23. */
  readonly hour_utc: number | null
  /** The visitor's first language tag, lower case. */
  readonly language: string | null
  /** Whether this visitor has been sent through this link before. */
  readonly returning: boolean | null
}
