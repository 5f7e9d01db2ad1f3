// A click: what is known of a visit when it is answered, and what is kept of it afterwards.

/** How a visit to a link ended. `redirect` alone makes it a click. */
export type Outcome =
  | 'redirect'
  | 'not_found'
  | 'disabled'
  | 'expired'
  | 'archived'
  | 'exhausted'
  | 'not_yet'
  | 'signature_required'
  | 'signature_invalid'

/** An immutable event, made while the visit is answered; what takes long to parse is left for later. */
export interface ClickEvent {
  readonly id: string
  readonly at: number
  readonly linkId: string
  readonly ruleId: string | null
  readonly outcome: Outcome
  readonly head: boolean
  readonly prefetch: boolean
  /** The pseudonym of the day: wherever events wait, no address is with them. */
  readonly visitor: string
  readonly country: string | null
  readonly userAgent: string
  /** The referrer's host. */
  readonly referrer: string | null
  readonly acceptLanguage: string
}

/** What is kept: classes and a daily pseudonym, never the address. */
export interface Click {
  readonly id: string
  readonly at: number
  readonly linkId: string
  readonly ruleId: string | null
  readonly outcome: Outcome
  /** Whether it counts: a GET that was answered with the redirect. */
  readonly counted: boolean
  readonly bot: boolean
  readonly prefetch: boolean
  readonly head: boolean
  readonly country: string | null
  readonly device: string | null
  readonly browser: string | null
  readonly referrer: string | null
  readonly language: string | null
  /** The same visitor has the same value for one day (UTC), and never again. */
  readonly visitor: string
}

/** A visit to a slug that no link has. */
export interface Orphan {
  readonly id: string
  readonly at: number
  readonly host: string
  readonly slug: string
}

export const DIMENSIONS = ['country', 'device', 'browser', 'referrer', 'language', 'rule'] as const
export type Dimension = (typeof DIMENSIONS)[number]

/** Counted, and neither a bot nor a prefetch. */
export function isPerson(click: Click): boolean {
  return click.counted && !click.bot && !click.prefetch
}
