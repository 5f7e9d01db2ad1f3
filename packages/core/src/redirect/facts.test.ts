// The facts of a visit: where each comes from, and that none is worked out unasked.
import { expect, test } from 'vitest'
import { readAgent, START, visitTo } from '../../test/world.ts'
import { VisitFacts } from './facts.ts'

function factsOf(headers: Record<string, string> = {}, trusted = false, now = START) {
  const asked: string[] = []
  const sources = {
    agent: (text: string) => {
      asked.push('agent')
      return readAgent(text)
    },
    country: {
      header: 'x-country',
      lookup: (ip: string) => {
        asked.push(ip)
        return 'FR'
      },
    },
  }
  return { facts: new VisitFacts(visitTo('/promo', { headers, trusted, ip: '192.0.2.1' }), now, sources, 'lw_'), asked }
}

test('without a user agent device and browser are unknown, and nobody is asked', () => {
  for (const headers of [{}, { 'user-agent': '' }]) {
    const { facts, asked } = factsOf(headers)
    expect([facts.device, facts.browser, facts.agent]).toEqual([null, null, null])
    expect(asked).toEqual([])
  }
})

test('the agent is read once', () => {
  const { facts, asked } = factsOf({ 'user-agent': 'mobile safari' })
  expect([facts.device, facts.browser, facts.device]).toEqual(['mobile', 'safari', 'mobile'])
  expect(asked).toEqual(['agent'])
})

test('only a trusted proxy tells the country', () => {
  expect(factsOf({ 'x-country': 'de' }, true).facts.country).toBe('DE')
  expect(factsOf({ 'x-country': 'de' }, false).facts.country).toBe('FR')
  expect(factsOf({ 'x-country': 'XX' }, true).facts.country).toBe('FR')
  expect(factsOf({ 'x-country': 'nonsense' }, true).facts.country).toBe('FR')
})

test.each([
  ['2026-11-22T00:00:00.000Z', 0],
  ['2026-11-22T23:59:59.999Z', 23],
  ['2026-11-22T00:30:00+05:30', 19],
])('at %s the hour is %i', (time, hour) => {
  expect(factsOf({}, false, Date.parse(time)).facts.hour_utc).toBe(hour)
})

test.each([
  ['lw_seen=1', true],
  ['a=b; lw_seen=1; c=d', true],
  ['a=b;lw_seen=1', true],
  ['', false],
  ['lw_seen=0', false],
  ['lw_seen=10', false],
  ['xlw_seen=1', false],
  ['a="lw_seen=1"', false],
  ['seen=1', false],
])('the cookie %j says %s', (cookie, returning) => {
  expect(factsOf({ cookie }).facts.returning).toBe(returning)
  expect(factsOf().facts.returning).toBe(false)
})

test('host and language are those of the headers', () => {
  const { facts } = factsOf({ referer: 'https://www.example.com/x', 'accept-language': 'de;q=0.1,FR' })
  expect([facts.referer_host, facts.language]).toEqual(['example.com', 'fr'])
})
