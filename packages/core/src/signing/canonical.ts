// The signed part of a link: what its raw query says, and the one text that is signed.

/** `lw_exp`, `lw_kid`, `lw_n` (single use) and `lw_sig` stand together in this order, each in one spelling only. */
const SIGNATURE =
  /^lw_exp=([1-9][0-9]{0,9})&lw_kid=([A-Za-z0-9_-]{1,64})(?:&lw_n=([A-Za-z0-9_-]{1,64}))?&lw_sig=([A-Za-z0-9_-]{42}[AEIMQUYcgkosw048])(?![^&])/
const SIGNED_NAME = /(?:^|&)lw_(?:exp|kid|n|sig)(?![^=&])/
const FIRST_NAME = 'lw_exp='

export interface SignedQuery {
  readonly ok: true
  /** The raw query text that the signature covers, without the `&` that ends it. */
  readonly signedQuery: string
  /** End of validity in whole seconds since 1970. */
  readonly exp: number
  readonly kid: string
  /** Present on single-use links. */
  readonly nonce: string | null
  readonly sig: string
}

export interface UnsignedQuery {
  readonly ok: false
  readonly reason: 'missing' | 'malformed'
}

export interface CanonicalParts {
  readonly kid: string
  /** As in the origin: lower case, with the port unless it is the scheme's default. */
  readonly host: string
  /** Raw and whole, as the visitor sees it. */
  readonly path: string
  readonly exp: number
  readonly nonce: string | null
  readonly query: string
}

/**
 * Reads the raw query text (without `?`). Nothing is decoded: a second spelling of a signature is no signature.
 * Signed names may stand in their one place only; other parameters after `lw_sig` are not signed and ignored.
 */
export function parseSignedQuery(query: string): SignedQuery | UnsignedQuery {
  if (!hasSignature(query)) return { ok: false, reason: 'missing' }
  const start = query.startsWith(FIRST_NAME) ? 0 : query.indexOf(`&${FIRST_NAME}`) + 1
  const signed = query.slice(start)
  const match = SIGNATURE.exec(signed)
  if (match === null || hasSignature(query.slice(0, start)) || hasSignature(signed.slice(match[0].length))) {
    return { ok: false, reason: 'malformed' }
  }
  const [, exp = '', kid = '', nonce = null, sig = ''] = match
  return { ok: true, signedQuery: query.slice(0, Math.max(0, start - 1)), exp: Number(exp), kid, nonce, sig }
}

/** Whether any signing parameter is there, usable or not: tells "signature required" from "signature invalid". */
export function hasSignature(query: string): boolean {
  return query.includes('lw_') && SIGNED_NAME.test(query)
}

/** The text that is signed, eight fields with LF between. HEAD counts as GET. No field but the last may hold an LF. */
export function canonical({ kid, host, path, exp, nonce, query }: CanonicalParts): string {
  return `lw1\n${kid}\nGET\n${host}\n${path}\n${exp}\n${nonce ?? ''}\n${query}`
}
