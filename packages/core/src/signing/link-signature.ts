// Signing a link until a moment, and verifying what a visitor brings back.

import { canonical, hasSignature, parseSignedQuery } from './canonical.ts'
import { type HmacKey, hmacBase64url, hmacMatches } from './hmac.ts'

export interface LinkToSign {
  /** Scheme, host and port, nothing else: `https://go.example.com`. */
  readonly origin: string
  /** Raw path from the root, base path included. */
  readonly path: string
  /** Raw query text to sign along, without `?`. */
  readonly query?: string
  readonly kid: string
  readonly key: HmacKey
  /** End of validity in whole seconds since 1970, at most ten digits. */
  readonly exp: number
  /** Makes the link single-use; whoever verifies consumes it. */
  readonly nonce?: string | null
}

export interface SignedVisit {
  /** With the port unless it is the scheme's default. */
  readonly host: string
  readonly path: string
  readonly query: string
  /** Milliseconds since 1970. */
  readonly now: number
  readonly keys: (kid: string) => HmacKey | undefined
}

export type LinkVerdict =
  | { readonly ok: true; readonly kid: string; readonly exp: number; readonly nonce: string | null }
  | { readonly ok: false; readonly reason: 'missing' | 'malformed' | 'expired' | 'unknown_key' | 'mismatch' }

/**
 * Returns the whole address with the signing parameters at its end.
 *
 * @throws TypeError when a part could not come back unchanged from a browser, or would not verify.
 */
export function signLink({ origin, path, query = '', kid, key, exp, nonce = null }: LinkToSign): string {
  const site = readOrigin(origin)
  const address = `${site.origin}${path}?${query}`
  if (!path.startsWith('/') || path.includes('?') || !isUnchanged(address)) {
    throw new TypeError(
      'The path to sign starts with "/"; path and query are already encoded, with no dot segment or "#"',
    )
  }
  if (hasSignature(query)) throw new TypeError('The query to sign has a signing parameter already')
  const sig = hmacBase64url(key, canonical({ kid, host: site.host, path, exp, nonce, query }))
  const once = nonce === null ? '' : `&lw_n=${nonce}`
  const signed = `${query === '' ? '' : `${query}&`}lw_exp=${exp}&lw_kid=${kid}${once}&lw_sig=${sig}`
  // The reader is the judge of kid, exp and nonce, so that nothing is signed that would be refused.
  if (!parseSignedQuery(signed).ok) {
    throw new TypeError('exp is whole seconds of at most 10 digits; kid and nonce are 1 to 64 of A-Z a-z 0-9 _ -')
  }
  return `${site.origin}${path}?${signed}`
}

/**
 * Judges a visit by its raw host, path and query. Never throws unless `keys` does.
 * A verdict with a nonce holds only for the caller that consumes this nonce first.
 */
export function verifyLink({ host, path, query, now, keys }: SignedVisit): LinkVerdict {
  const parsed = parseSignedQuery(query)
  if (!parsed.ok) return parsed
  const { kid, exp, nonce, sig, signedQuery } = parsed
  // A line feed would move text from one signed field into the next.
  if (host.includes('\n') || path.includes('\n')) return { ok: false, reason: 'malformed' }
  if (!(now < exp * 1000)) return { ok: false, reason: 'expired' }
  const key = keys(kid)
  if (key === undefined) return { ok: false, reason: 'unknown_key' }
  const text = canonical({ kid, host, path, exp, nonce, query: signedQuery })
  return hmacMatches(key, text, sig) ? { ok: true, kid, exp, nonce } : { ok: false, reason: 'mismatch' }
}

function readOrigin(origin: string): URL {
  const site = URL.canParse(origin) ? new URL(origin) : null
  if (site === null || !/^https?:$/.test(site.protocol) || site.href !== `${site.origin}/`) {
    throw new TypeError('The origin to sign is http or https with a host and nothing after it')
  }
  return site
}

/** Whether a browser sends the address as it is written. */
function isUnchanged(address: string): boolean {
  return !address.includes('#') && URL.canParse(address) && new URL(address).href === address
}
