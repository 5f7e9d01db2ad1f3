// Sealed text: comes back whole, and only for the one secret and context.

import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createSeal } from './seal.ts'

const secret = 'a secret of at least thirty-two bytes'
const seal = createSeal(secret, randomBytes)
const wellFormed = fc.string({ unit: 'grapheme', maxLength: 300 })
const REFUSED = /altered, or sealed under another secret or context/

describe('createSeal', () => {
  test('any text comes back for any context', () => {
    fc.assert(
      fc.property(wellFormed, wellFormed, (text, context) => {
        const sealed = seal.seal(text, context)
        expect(sealed).toMatch(/^s1_[A-Za-z0-9_-]+$/)
        expect(seal.open(sealed, context)).toBe(text)
        expect(createSeal(secret, randomBytes).open(sealed, context)).toBe(text)
      }),
    )
  })

  test('a context of any length is bound', () => {
    const long = 'c'.repeat(5000)
    expect(seal.open(seal.seal('text', long), long)).toBe('text')
    expect(() => seal.open(seal.seal('text', long), `${long}c`)).toThrow(REFUSED)
  })

  test('the same text is sealed differently each time', () => {
    expect(seal.seal('text', 'reply')).not.toBe(seal.seal('text', 'reply'))
  })

  test('the same random bytes under two contexts do not share a key stream', () => {
    const fixed = createSeal(secret, (bytes) => new Uint8Array(bytes))
    const body = (sealed: string) => Buffer.from(sealed.slice(3), 'base64url').subarray(12, -16).toString('hex')
    expect(body(fixed.seal('text', 'one'))).not.toBe(body(fixed.seal('text', 'other')))
  })

  test('another secret or context does not open it', () => {
    fc.assert(
      fc.property(wellFormed, wellFormed, wellFormed, (text, context, other) => {
        fc.pre(other !== context)
        const sealed = seal.seal(text, context)
        expect(() => seal.open(sealed, other)).toThrow(REFUSED)
        expect(() => createSeal(`${secret}.`, randomBytes).open(sealed, context)).toThrow(REFUSED)
      }),
    )
  })

  test('any change, cut or addition is refused', () => {
    const character = fc.constantFrom(...'AZaz09_-+/= é')
    fc.assert(
      fc.property(wellFormed, fc.nat(), character, (text, place, other) => {
        const sealed = seal.seal(text, 'reply')
        const at = place % sealed.length
        const changed = sealed.slice(0, at) + other + sealed.slice(at + 1)
        if (changed !== sealed) expect(() => seal.open(changed, 'reply')).toThrow(REFUSED)
        expect(() => seal.open(sealed.slice(0, at), 'reply')).toThrow(REFUSED)
        expect(() => seal.open(sealed + other, 'reply')).toThrow(REFUSED)
      }),
    )
  })

  test.each(['', 's1_', 's2_AAAA', 'text', `s1_${'A'.repeat(36)}`])('%j was never sealed', (sealed) => {
    expect(() => seal.open(sealed, 'reply')).toThrow(REFUSED)
  })

  test('an empty secret or a broken source of randomness is refused', () => {
    expect(() => createSeal('', randomBytes)).toThrow(RangeError)
    expect(() => createSeal(secret, () => new Uint8Array(11)).seal('text', 'reply')).toThrow(RangeError)
  })
})
