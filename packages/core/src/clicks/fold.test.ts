// What is kept of a visit: classes and flags.
import { expect, test } from 'vitest'
import { readAgent } from '../../test/world.ts'
import { type ClickEvent, isPerson } from './click.ts'
import { foldClick } from './fold.ts'

const event: ClickEvent = {
  id: 'c',
  at: Date.parse('2026-11-22T23:59:59.999Z'),
  linkId: 'l',
  ruleId: null,
  outcome: 'redirect',
  head: false,
  prefetch: false,
  visitor: '0123456789abcdef01234567',
  country: 'FR',
  userAgent: 'mobile ios safari',
  referrer: 'example.com',
  acceptLanguage: 'de-AT, en;q=0.5',
}
const fold = (more: Partial<ClickEvent> = {}) => foldClick({ ...event, ...more }, readAgent)

test('classes instead of headers', () => {
  const click = fold()
  const { userAgent, acceptLanguage, ...known } = event
  expect(click).toEqual({
    ...known,
    counted: true,
    bot: false,
    device: 'mobile',
    browser: 'safari',
    language: 'de-at',
  })
  expect(isPerson(click)).toBe(true)
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
