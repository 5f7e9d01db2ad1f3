// Signed links against the published vectors, and properties of signing and verifying.

import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonical, parseSignedQuery } from './canonical.ts'
import { hmacBase64url, hmacKey } from './hmac.ts'
import { type LinkVerdict, signLink, verifyLink } from './link-signature.ts'

interface Row {
  id: string
  kind: string
  input: string
  /** Seconds. */
  now: number
  why: string
  expect: { accept: boolean; second?: boolean; canonical?: string; sig?: string; status?: number[] }
}
const file = new URL('../../vectors/signatures.json', import.meta.url)
const { meta, cases }: { meta: { keys: Record<string, string> }; cases: Row[] } = JSON.parse(readFileSync(file, 'utf8'))
const keyring = new Map(Object.entries(meta.keys).map(([kid, hex]) => [kid, hmacKey(Buffer.from(hex, 'hex'))]))
const links = cases.filter((row) => row.kind === 'link')

/** Splits without decoding, as a server sees the address. */
function split(address: string) {
  const [, origin = '', host = '', path = '', query = ''] = /^(https?:\/\/([^/]+))([^?]*)\??(.*)$/s.exec(address) ?? []
  return { origin, host, path, query }
}

function verify(address: string, now: number): LinkVerdict {
  return verifyLink({ ...split(address), now, keys: (kid) => keyring.get(kid) })
}

describe('vectors', () => {
  test('link rows are there', () => {
    expect(links.length).toBeGreaterThan(40)
  })

  test.each(links.map((row) => [row.id, row.why, row] as const))('%s %s', (_id, _why, row) => {
    const used = new Set<string>()
    // What the redirect does around the verifier: the slug check before it, the nonce after it.
    function visit(): boolean {
      if (!/^\/(?:go\/)?[A-Za-z0-9_-]{3,40}$/.test(split(row.input).path)) return false
      const verdict = verify(row.input, row.now * 1000)
      if (!verdict.ok || verdict.nonce === null) return verdict.ok
      const fresh = !used.has(verdict.nonce)
      used.add(verdict.nonce)
      return fresh
    }
    expect(visit()).toBe(row.expect.accept)
    expect(visit()).toBe(row.expect.second ?? row.expect.accept)
    if (row.expect.canonical === undefined) return

    const { origin, host, path, query } = split(row.input)
    const parsed = parseSignedQuery(query)
    if (!parsed.ok) throw new Error(parsed.reason)
    const { kid, exp, nonce, signedQuery } = parsed
    const key = keyring.get(kid) ?? hmacKey(new Uint8Array(1))
    const text = canonical({ kid, host, path, exp, nonce, query: signedQuery })
    expect(text).toBe(row.expect.canonical)
    expect(hmacBase64url(key, text)).toBe(row.expect.sig)
    expect(signLink({ origin, path, query: signedQuery, kid, key, exp, nonce })).toBe(row.input)
  })

  test.each([
    ['signatures-002', 'expired'],
    ['signatures-005', 'mismatch'],
    ['signatures-008', 'malformed'],
    ['signatures-011', 'missing'],
    ['signatures-021', 'malformed'],
    ['signatures-028', 'malformed'],
    ['signatures-032', 'unknown_key'],
    ['signatures-037', 'mismatch'],
  ])('%s is refused as %s', (id, reason) => {
    const row = links.find((each) => each.id === id)
    expect(verify(row?.input ?? '', (row?.now ?? 0) * 1000)).toEqual({ ok: false, reason })
  })
})

const key = hmacKey(new Uint8Array(32).fill(5))
const link = { origin: 'https://sho.rt', path: '/promo', kid: 'k1', key, exp: 1_800_000_000 }
const word = fc.string({ unit: fc.constantFrom(...'abzAZ09_-'), minLength: 1, maxLength: 20 })
const query = fc.string({ unit: fc.constantFrom(...'abc=&%20?/.:~'), maxLength: 30 })
const signed = fc.record({
  path: word.map((slug) => `/${slug}`),
  query,
  kid: word,
  nonce: fc.option(word),
  exp: fc.integer({ min: 1, max: 9_999_999_999 }),
})

describe('signLink and verifyLink', () => {
  test('what is signed verifies until its last millisecond, with anything appended', () => {
    fc.assert(
      fc.property(signed, query, (parts, more) => {
        const address = `${signLink({ ...link, ...parts })}&${more}`
        const visit = { ...split(address), keys: (kid: string) => (kid === parts.kid ? key : undefined) }
        const { kid, exp, nonce } = parts
        expect(verifyLink({ ...visit, now: exp * 1000 - 1 })).toEqual({ ok: true, kid, exp, nonce })
        expect(verifyLink({ ...visit, now: exp * 1000 })).toEqual({ ok: false, reason: 'expired' })
      }),
    )
  })

  test('any other character anywhere in the address is refused', () => {
    const character = fc.constantFrom(...'abkzA1905_-=&%/.+~')
    fc.assert(
      fc.property(signed, fc.nat(), character, (parts, seed, other) => {
        const address = signLink({ ...link, ...parts })
        const start = link.origin.length + 1
        const at = start + (seed % (address.length - start))
        const changed = address.slice(0, at) + other + address.slice(at + 1)
        const verdict = verifyLink({ ...split(changed), now: 0, keys: () => key })
        expect(verdict.ok).toBe(changed === address)
      }),
      { numRuns: 500 },
    )
  })

  test('no visit throws', () => {
    const text = fc.string({ unit: 'binary' })
    fc.assert(
      fc.property(text, text, text, fc.double(), (host, path, rest, now) => {
        const raw = { host, path, now, keys: () => key }
        expect(verifyLink({ ...raw, query: rest }).ok).toBe(false)
        expect(verifyLink({ ...raw, query: `${rest}&lw_exp=1&lw_kid=k1&lw_sig=${'A'.repeat(43)}` }).ok).toBe(false)
      }),
    )
  })

  test('a time that is no number is never before the end', () => {
    const visit = { ...split(signLink(link)), keys: () => key }
    expect(verifyLink({ ...visit, now: Number.NaN })).toEqual({ ok: false, reason: 'expired' })
  })

  test('a line feed cannot move text between fields', () => {
    const text = canonical({ kid: 'k1', host: 'sho.rt', path: '/a\n1', exp: 1_800_000_000, nonce: null, query: '' })
    const signature = `lw_exp=1800000000&lw_kid=k1&lw_sig=${hmacBase64url(key, text)}`
    const visit = { query: signature, now: 0, keys: () => key }
    expect(verifyLink({ ...visit, host: 'sho.rt', path: '/a\n1' })).toEqual({ ok: false, reason: 'malformed' })
    expect(verifyLink({ ...visit, host: 'sho.rt\n/a', path: '1' })).toEqual({ ok: false, reason: 'malformed' })
  })

  test('a single-use link cannot be turned into a lasting one, nor the other way', () => {
    const once = signLink({ ...link, nonce: 'n1' })
    const lasting = signLink(link)
    for (const address of [once.replace('&lw_n=n1', ''), lasting.replace('&lw_sig', '&lw_n=n1&lw_sig')]) {
      expect(verifyLink({ ...split(address), now: 0, keys: () => key })).toEqual({ ok: false, reason: 'mismatch' })
    }
  })

  test('the origin is written as browsers send it', () => {
    expect(signLink({ ...link, origin: 'HTTPS://Sho.RT:443/' })).toBe(signLink(link))
    expect(signLink({ ...link, origin: 'http://localhost:3000' })).toMatch(/^http:\/\/localhost:3000\/promo\?lw_exp=/)
  })

  test.each([
    { origin: 'sho.rt' },
    { origin: 'ftp://sho.rt' },
    { origin: 'https://sho.rt/go' },
    { origin: 'https://user@sho.rt' },
    { origin: 'https://sho.rt?x' },
    { path: 'promo' },
    { path: '' },
    { path: '/a?b' },
    { path: '/a#b' },
    { path: '/a b' },
    { path: '/a\nb' },
    { path: '/é' },
    { path: '/x/../promo' },
    { path: '/a\\b' },
    { query: 'a=b c' },
    { query: 'a=\n' },
    { query: 'a=é' },
    { query: 'a#b' },
    { query: 'a=1&lw_n=x' },
    { query: 'lw_sig' },
    { kid: '' },
    { kid: 'k 1' },
    { kid: 'k&1' },
    { nonce: '' },
    { nonce: 'a\nb' },
    { exp: 0 },
    { exp: -1 },
    { exp: 1.5 },
    { exp: Number.NaN },
    { exp: 1_800_000_000_000 },
  ])('%j is not signed', (part) => {
    expect(() => signLink({ ...link, ...part })).toThrow(TypeError)
  })
})
