// Tokens against the published vectors, and properties that hold for every token.

import { createHash, createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checksum, checkToken, displayPrefix, formatToken, hashToken } from './format.ts'
import { defaultProfile, type KeyProfile, topsnappProfile } from './profile.ts'

interface Row {
  id: string
  kind: string
  input?: string
  prefix?: string
  bytesHex?: string
  why: string
  expect: Record<string, unknown>
}
const file = new URL('../../vectors/tokens.json', import.meta.url)
const { meta, cases }: { meta: { count: number }; cases: Row[] } = JSON.parse(readFileSync(file, 'utf8'))
const profile = defaultProfile()

describe('vectors', () => {
  test('every row is of a kind that is checked here', () => {
    expect(cases).toHaveLength(meta.count)
    expect(new Set(cases.map((row) => row.kind))).toEqual(new Set(['checksum', 'format', 'malformed']))
  })

  test.each(cases.map((row) => [row.id, row.why, row] as const))('%s %s', (_id, _why, row) => {
    if (row.kind === 'checksum') {
      expect(checksum(row.input ?? '')).toBe(row.expect.crc32base62)
    } else if (row.bytesHex === undefined) {
      expect(checkToken(profile, row.input ?? '')).toBe(row.expect.valid)
    } else {
      const own = defaultProfile(row.prefix)
      const token = formatToken(own, Buffer.from(row.bytesHex, 'hex'))
      expect({
        token,
        length: token.length,
        sha256: hashToken(token),
        displayPrefix: displayPrefix(own, token),
        valid: checkToken(own, token),
      }).toEqual(row.expect)
    }
  })
})

const profiles: KeyProfile[] = [
  profile,
  topsnappProfile,
  { ...profile, bytes: 20 },
  { ...topsnappProfile, bytes: 32, checksum: true },
]

describe.each(profiles)('$prefix of $bytes bytes in $alphabet', (each) => {
  const bytes = fc.uint8Array({ minLength: each.bytes, maxLength: each.bytes })

  test('what is written is accepted, and different bytes give different tokens', () => {
    fc.assert(
      fc.property(bytes, bytes, (one, other) => {
        const token = formatToken(each, one)
        expect(checkToken(each, token)).toBe(true)
        expect(formatToken(each, other) === token).toBe(Buffer.compare(one, other) === 0)
        expect(displayPrefix(each, token)).toHaveLength(each.shown)
      }),
    )
  })

  test('no string at all throws', () => {
    const near = fc.tuple(fc.string({ unit: 'binary', maxLength: 60 })).map(([text]) => each.prefix + text)
    const broken = fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units))
    fc.assert(
      fc.property(fc.oneof(near, broken), (text) => {
        expect(typeof checkToken(each, text)).toBe('boolean')
      }),
    )
  })

  test('too few or too many random bytes are refused', () => {
    expect(() => formatToken(each, new Uint8Array(each.bytes - 1))).toThrow(RangeError)
    expect(() => formatToken(each, new Uint8Array(each.bytes + 1))).toThrow(RangeError)
  })
})

test('one changed character is always noticed', () => {
  const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 })
  const digit = fc.constantFrom(...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz')
  fc.assert(
    fc.property(bytes, fc.nat({ max: 54 }), digit, (random, at, character) => {
      const token = formatToken(profile, random)
      const changed = token.slice(0, at) + character + token.slice(at + 1)
      expect(checkToken(profile, changed)).toBe(changed === token)
    }),
  )
})

test('the greatest body passes and the next one does not', () => {
  const greatest = formatToken(profile, new Uint8Array(32).fill(255))
  const next = `${greatest.slice(0, 48)}${String.fromCharCode(greatest.charCodeAt(48) + 1)}`
  expect(greatest.charAt(48)).toBe('1')
  expect(checkToken(profile, next + checksum(next))).toBe(false)
  const lower = `${greatest.slice(0, 48)}0`
  expect(checkToken(profile, lower + checksum(lower))).toBe(true)
})

test('a right checksum does not make up for a foreign prefix or character', () => {
  const sealed = (start: string) => start + checksum(start)
  const start = formatToken(profile, new Uint8Array(32).fill(7)).slice(0, 49)
  expect(checkToken(profile, sealed(start))).toBe(true)
  expect(checkToken(profile, sealed(`xx_pk_${start.slice(6)}`))).toBe(false)
  for (const character of ['-', '_', '%', ' ', '\n', 'а']) {
    for (const at of [6, 20, 48]) {
      expect(checkToken(profile, sealed(start.slice(0, at) + character + start.slice(at + 1)))).toBe(false)
    }
  }
})

test('bytes are read from where a view stands, not from the start of its buffer', () => {
  const whole = Uint8Array.from({ length: 64 }, (_, at) => at)
  expect(formatToken(profile, whole.subarray(32))).toBe(formatToken(profile, whole.slice(32)))
})

test('a base64url body has one spelling: loose last bits are refused', () => {
  const loose: KeyProfile = { ...topsnappProfile, bytes: 32 }
  const token = formatToken(loose, new Uint8Array(32))
  expect(token.endsWith('A')).toBe(true)
  expect(checkToken(loose, `${token.slice(0, -1)}B`)).toBe(false)
})

test.each(['+', '/', '=', ' ', '.', 'é', '\n'])('%j is outside base64url', (character) => {
  const token = formatToken(topsnappProfile, new Uint8Array(36).fill(7))
  for (const at of [12, 30, 59]) {
    expect(checkToken(topsnappProfile, token.slice(0, at) + character + token.slice(at + 1))).toBe(false)
  }
})

test('a token of one profile is none of another', () => {
  expect(checkToken(topsnappProfile, formatToken(profile, new Uint8Array(32)))).toBe(false)
  expect(checkToken(profile, formatToken(topsnappProfile, new Uint8Array(36)))).toBe(false)
})

test('what is stored is SHA-256 of the whole string, or HMAC-SHA-256 under a pepper', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ minLength: 1 }), (token, pepper) => {
      expect(hashToken(token)).toBe(createHash('sha256').update(token).digest('hex'))
      expect(hashToken(token, pepper)).toBe(createHmac('sha256', pepper).update(token).digest('hex'))
    }),
  )
  expect(() => hashToken('lw_pk_', '')).toThrow(RangeError)
})
