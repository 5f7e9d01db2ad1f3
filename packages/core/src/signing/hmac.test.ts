// The two-hash HMAC against the platform's own.

import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { equalConstantTime, hmacBase64url, hmacKey, hmacMatches } from './hmac.ts'

const secrets = fc.uint8Array({ minLength: 1, maxLength: 200 })
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 700 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 300 }).map((units) => String.fromCharCode(...units)),
)

function reference(secret: Uint8Array, text: string): string {
  return createHmac('sha256', secret).update(text).digest('base64url')
}

describe('hmacBase64url', () => {
  test('equals createHmac for any secret and text, one key serving many texts', () => {
    fc.assert(
      fc.property(secrets, fc.array(anyText, { minLength: 1, maxLength: 4 }), (secret, texts) => {
        const key = hmacKey(secret)
        for (const text of texts) expect(hmacBase64url(key, text)).toBe(reference(secret, text))
      }),
    )
  })

  test.each([1, 63, 64, 65, 128, 1000])('a secret of %i bytes', (length) => {
    const secret = new Uint8Array(length).fill(0xb7)
    expect(hmacBase64url(hmacKey(secret), 'text')).toBe(reference(secret, 'text'))
  })

  test.each([0, 1, 511, 512, 513, 514, 100_000])(
    'a text of %i characters, of one and of three bytes each',
    (length) => {
      const secret = new Uint8Array(32).fill(9)
      const key = hmacKey(secret)
      for (const character of ['a', '語']) {
        const text = character.repeat(length)
        expect(hmacBase64url(key, text)).toBe(reference(secret, text))
        expect(hmacBase64url(key, 'short')).toBe(reference(secret, 'short'))
      }
    },
  )

  test('RFC 4231, cases 2 and 6', () => {
    const jefe = hmacBase64url(hmacKey(Buffer.from('Jefe')), 'what do ya want for nothing?')
    expect(Buffer.from(jefe, 'base64url').toString('hex')).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    )
    const long = hmacBase64url(
      hmacKey(new Uint8Array(131).fill(0xaa)),
      'Test Using Larger Than Block-Size Key - Hash Key First',
    )
    expect(Buffer.from(long, 'base64url').toString('hex')).toBe(
      '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    )
  })

  test('keys do not share anything, and do not follow a secret that is wiped', () => {
    const secret = new Uint8Array(32).fill(1)
    const one = hmacKey(secret)
    const other = hmacKey(new Uint8Array(32).fill(2))
    const before = hmacBase64url(one, 'text')
    secret.fill(0)
    hmacBase64url(other, 'something else')
    expect(hmacBase64url(one, 'text')).toBe(before)
    expect(hmacBase64url(other, 'text')).not.toBe(before)
  })

  test('an empty secret is refused', () => {
    expect(() => hmacKey(new Uint8Array(0))).toThrow(RangeError)
  })
})

describe('hmacMatches', () => {
  const key = hmacKey(new Uint8Array(32).fill(3))

  test('takes the signature and nothing else', () => {
    fc.assert(
      fc.property(
        anyText,
        fc.nat({ max: 42 }),
        fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
        (text, at, unit) => {
          const signature = hmacBase64url(key, text)
          expect(hmacMatches(key, text, signature)).toBe(true)
          const changed = signature.slice(0, at) + unit + signature.slice(at + 1)
          expect(hmacMatches(key, text, changed)).toBe(changed === signature)
        },
      ),
    )
  })

  test('a character that only ends in the same byte is another character', () => {
    const signature = hmacBase64url(key, 'text')
    const twin = String.fromCharCode(signature.charCodeAt(0) + 0x100) + signature.slice(1)
    expect(hmacMatches(key, 'text', twin)).toBe(false)
  })

  test.each(['', 'x', 'x'.repeat(42), 'x'.repeat(44), 'x'.repeat(10_000)])('any length is safe', (signature) => {
    expect(hmacMatches(key, 'text', signature)).toBe(false)
  })
})

test('equalConstantTime agrees with === on any two strings', () => {
  fc.assert(
    fc.property(anyText, anyText, (a, b) => {
      expect(equalConstantTime(a, b)).toBe(a === b)
      expect(equalConstantTime(a, `${a}`)).toBe(true)
    }),
  )
  expect(equalConstantTime('\ud800', '\udc00')).toBe(false)
  expect(equalConstantTime('', '')).toBe(true)
})
