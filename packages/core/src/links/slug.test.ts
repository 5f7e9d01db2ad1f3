// Slugs: which are taken, which are reserved, and that drawn ones are fair and fit to print.
import { expect, test } from 'vitest'
import { failureOf, seeded } from '../../test/world.ts'
import { parse } from '../parse.ts'
import { customSlug } from './input.ts'
import { createReserved, drawSlug, RESERVED_WORDS, slugKey } from './slug.ts'

const isReserved = createReserved(['Shop', 'my-api'])

test.each(['abc', 'A_b-9', '___', '---', 'x'.repeat(40), 'apis', 'admin1'])('%j is a slug', (slug) => {
  expect(parse(customSlug, slug)).toBe(slug)
})

test.each([
  'ab',
  'x'.repeat(41),
  'a b c',
  'abc\n',
  'a/b/c',
  'äbc',
  'abc%20',
  'ａｂｃ',
  'a.b',
  '\u0430bc',
  '',
  'abc\u0000',
])('%j is no slug', async (slug) => {
  expect(await failureOf(() => parse(customSlug, slug))).toMatchObject({ code: 'INVALID_SLUG' })
})

test('something that is no text is a wrong body, not a wrong slug', async () => {
  expect(await failureOf(() => parse(customSlug, 123))).toMatchObject({ code: 'VALIDATION_ERROR' })
})

test('words are reserved in any case, with those of the mounted routes', async () => {
  for (const word of RESERVED_WORDS) {
    expect(isReserved(word)).toBe(true)
    expect(isReserved(word.toUpperCase())).toBe(true)
    expect((await failureOf(() => parse(customSlug, word.toUpperCase()))).code).toBe('INVALID_SLUG')
  }
  expect([isReserved('SHOP'), isReserved('My-API'), isReserved('shops')]).toEqual([true, true, false])
  expect(isReserved('toString')).toBe(false)
})

test('letters are drawn about equally often, and none that could be misread', () => {
  const random = seeded(1)
  const counts = new Map<string, number>()
  const slugs = Array.from({ length: 5000 }, () => drawSlug(random, isReserved))
  for (const letter of slugs.join('')) counts.set(letter, (counts.get(letter) ?? 0) + 1)
  expect(slugs.every((slug) => /^[A-Za-z0-9]{7}$/.test(slug))).toBe(true)
  expect([...counts.keys()].join('')).not.toMatch(/[0O1lIioaeuAEU]/)
  const mean = 35_000 / counts.size
  expect(counts.size).toBe(49)
  for (const count of counts.values()) expect(Math.abs(count - mean)).toBeLessThan(mean / 4)
})

/** Bytes that spell the given slugs one after the other. */
function spelling(...slugs: string[]): (bytes: number) => Uint8Array {
  const alphabet = '23456789bcdfghjkmnpqrstvwxyzBCDFGHJKLMNPQRSTVWXYZ'
  return () => Uint8Array.from(slugs.shift() ?? '', (letter) => alphabet.indexOf(letter))
}

test('a draw that is reserved or obscene is drawn again', () => {
  expect(drawSlug(spelling('xxFcKxx', 'bcdfghj', 'kmnpqrs'), (slug) => slug === 'bcdfghj')).toBe('kmnpqrs')
  expect(drawSlug(() => Uint8Array.of(255, 254, 250, 0, 0, 0, 0, 0, 0, 0), isReserved)).toBe('2222222')
})

test('what is unique ignores case only where the domain does', () => {
  expect([slugKey('Promo', true), slugKey('Promo', false)]).toEqual(['Promo', 'promo'])
})
