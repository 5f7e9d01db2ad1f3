// What is kept of a visit: classes, flags, and a pseudonym that lasts a day.
import { expect, test } from 'vitest'
import { readAgent } from '../../test/world.ts'
import { type ClickEvent, isPerson } from './click.ts'
import { dayOf, foldClick } from './fold.ts'

const sources = { agent: readAgent, country: { header: null, lookup: () => 'FR' } }
const event: ClickEvent = {
  id: 'c',
  at: Date.parse('2026-11-22T23:59:59.999Z'),
  linkId: 'l',
  ruleId: null,
  outcome: 'redirect',
  head: false,
  prefetch: false,
  ip: '2001:db8::1',
  country: null,
  userAgent: 'mobile ios safari',
  referer: 'https://www.example.com/page?token=secret',
  acceptLanguage: 'de-AT, en;q=0.5',
}
const fold = (more: Partial<ClickEvent> = {}, salt = 'salt') => foldClick({ ...event, ...more }, salt, sources)

test('classes instead of headers', () => {
  const click = fold()
  expect(click).toMatchObject({
    counted: true,
    bot: false,
    country: 'FR',
    device: 'mobile',
    browser: 'safari',
    referrer: 'example.com',
    language: 'de-at',
  })
  expect(isPerson(click)).toBe(true)
  expect(JSON.stringify(click)).not.toMatch(/2001:db8|secret|ios/)
  expect(fold({ country: 'de' }).country).toBe('DE')
})

test('a click is a GET that was answered with the redirect; people are neither bots nor prefetches', () => {
  const flags = (more: Partial<ClickEvent>) => {
    const click = fold(more)
    return [click.counted, isPerson(click)]
  }
  expect(flags({ head: true })).toEqual([false, false])
  expect(flags({ outcome: 'expired' })).toEqual([false, false])
  expect(flags({ prefetch: true })).toEqual([true, false])
  expect(flags({ userAgent: 'googlebot' })).toEqual([true, false])
  expect(flags({ userAgent: '' })).toEqual([true, false])
  expect(fold({ userAgent: '' })).toMatchObject({ device: null, browser: null })
})

test('a visitor is the same within a day’s salt, their /64 and their agent, and nowhere else', () => {
  const { visitor } = fold()
  expect(visitor).toMatch(/^[0-9a-f]{24}$/)
  expect(fold({ ip: '2001:db8::ffff', linkId: 'other' }).visitor).toBe(visitor)
  expect(fold({ ip: '2001:db8:0:1::1' }).visitor).not.toBe(visitor)
  expect(fold({ userAgent: 'chrome' }).visitor).not.toBe(visitor)
  expect(fold({}, 'tomorrow’s').visitor).not.toBe(visitor)
})

test('days are UTC', () => {
  expect([dayOf(event.at), dayOf(event.at + 1)]).toEqual(['2026-11-22', '2026-11-23'])
})
