// The trust score: the seed of trust in a URL, told in parts that add up.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { scoreTrust } from './trust.ts'

test('the usual link', () => {
  expect(scoreTrust('https://example.com/promo')).toEqual({ score: 90, reason: '+30 HTTPS, +10 reputable TLD' })
})

test.each([
  ['http://example.com/', 40, '-20 no HTTPS, +10 reputable TLD'],
  ['https://example.com./', 90, '+30 HTTPS, +10 reputable TLD'],
  ['https://bit.ly/abc', 60, '+30 HTTPS, -20 another shortener'],
  ['https://8.8.8.8/', 50, '+30 HTTPS, -30 address instead of a name'],
  ['https://example.zip:8443/', 50, '+30 HTTPS, -20 often abused TLD, -10 unusual port'],
  ['http://1.1.1.1:8080/', 0, '-20 no HTTPS, -30 address instead of a name'],
])('%s is %i: %s', (href, score, reason) => {
  expect(scoreTrust(href)).toEqual({ score, reason })
})

test('the parts always add up from 50, and the score stays on its scale', () => {
  const host = fc.oneof(
    fc.domain(),
    fc.ipV4(),
    fc.ipV6().map((ip) => `[${ip}]`),
  )
  const url = fc
    .tuple(
      fc.constantFrom('http', 'https'),
      host,
      fc.constantFrom('', ':81', '.:443'),
      fc.constantFrom('', 'x'.repeat(600)),
    )
    .map(
      ([scheme, host, port, path]) => `${scheme}://${host}${host.endsWith(']') ? port.replace('.', '') : port}/${path}`,
    )
  fc.assert(
    fc.property(url, (text) => {
      const { score, reason } = scoreTrust(new URL(text).href)
      const parts = reason === '' ? [] : reason.split(', ').map((part) => Number.parseInt(part, 10))
      expect(parts.reduce((sum, points) => sum + points, 50)).toBe(score)
      expect(parts).not.toContain(0)
      expect(score).toBeGreaterThanOrEqual(0)
      expect(score).toBeLessThanOrEqual(100)
    }),
  )
})
