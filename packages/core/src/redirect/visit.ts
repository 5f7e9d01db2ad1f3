// A visit as plain values, and what is decided about it.
import type { Outcome } from '../clicks/click.ts'
import type { CompiledLink } from './compiled.ts'

/** One request for a short link. Values are as the visitor sent them. */
export interface Visit {
  readonly method: string
  /** The Host header. */
  readonly host: string
  /** Raw path, as the visitor sees it. */
  readonly path: string
  /** Raw query text, without `?`. */
  readonly query: string
  /** The client's address. */
  readonly ip: string
  /** Whether the visit came through a proxy that is trusted to tell the country. */
  readonly trusted: boolean
  /** @param name in lower case */
  header(name: string): string | undefined
}

/** What answers a visit. */
export interface Decision {
  readonly outcome: Outcome
  /** Where to, on `redirect`; null too for a HEAD on a link whose visits are counted out. */
  readonly url: string | null
  readonly ruleId: string | null
  /** Undefined when no link has the slug. */
  readonly link: CompiledLink | undefined
  /** A single-use signature's nonce, still to be used up. */
  readonly nonce: string | null
  /** When that signature ends (ms). */
  readonly nonceExpiresAt: number
}

/** HTTP statuses of the outcomes. */
export const STATUS: Readonly<Record<Outcome, number>> = {
  redirect: 302,
  not_found: 404,
  not_yet: 404,
  disabled: 410,
  expired: 410,
  archived: 410,
  exhausted: 410,
  signature_required: 403,
  signature_invalid: 403,
}
