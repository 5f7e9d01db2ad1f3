// Lines: whatever visitors send comes back as it was, and nothing damaged comes back at all.
import type { ClickEvent } from '@linkwright/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromLine, toLine } from './line.ts'

/** Any 16-bit units: control characters, line separators, halves of pairs. */
const hostile = fc.oneof(
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
  fc.constantFrom('\n', '\r\n', '\u2028', '\ud83d', '\ude00', '\0', '"', '\\n', '00000000 {}\n', '{"__proto__":1}'),
)
const events: fc.Arbitrary<ClickEvent> = fc.record({
  id: hostile,
  at: fc.integer(),
  linkId: hostile,
  ruleId: fc.option(hostile),
  outcome: fc.constantFrom('redirect', 'expired', 'not_found'),
  head: fc.boolean(),
  prefetch: fc.boolean(),
  visitor: hostile,
  country: fc.option(hostile),
  userAgent: hostile,
  referrer: fc.option(hostile),
  acceptLanguage: hostile,
})

/** As a file holds it. */
const written = (event: ClickEvent) => Buffer.from(toLine(event))

test('an event is one line, and comes back from it as it was', () => {
  fc.assert(
    fc.property(events, (event) => {
      const line = written(event)
      expect(line.indexOf('\n')).toBe(line.length - 1)
      expect(fromLine(line.subarray(0, -1))).toEqual(event)
    }),
  )
})

test('a line that lacks an end, or in which a byte is another, is no event', () => {
  fc.assert(
    fc.property(events, fc.nat(), fc.integer({ min: 1, max: 255 }), (event, place, change) => {
      const line = written(event).subarray(0, -1)
      const at = place % line.length
      expect(fromLine(line.subarray(0, at))).toBeUndefined()
      line[at] = line[at]! ^ change
      expect(fromLine(line)).toBeUndefined()
    }),
  )
})

test.each([
  '',
  '\0\0\0\0',
  '00000000',
  '00000000 ',
  'ffffffff {}',
  // The checksum of what cannot be parsed.
  '7d5d0ae4 {',
])('%j is no event', (text) => {
  expect(fromLine(Buffer.from(text))).toBeUndefined()
})
