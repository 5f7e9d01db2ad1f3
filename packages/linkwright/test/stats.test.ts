// Statistics: what counts as a click, what as people, and how soon and for how long it shows.
import { afterAll, describe, expect, test } from 'vitest'
import type { Link, Stats } from './fixture/api.ts'
import { expectWithin } from './fixture/clock.ts'
import { expectFailure } from './fixture/errors.ts'
import { createPerson } from './fixture/people.ts'
import { startServer } from './fixture/server.ts'
import { AGENTS, visit } from './fixture/visit.ts'

const server = await startServer({ TRUST_PROXY: '127.0.0.1', COUNTRY_HEADER: 'x-country' })
afterAll(() => server.stop())
const { api } = await createPerson(server, 'premium')
const TODAY = () => new Date().toISOString().slice(0, 10)

async function statsOf(link: Link, query = ''): Promise<Stats> {
  const { status, body } = await api.get<Stats>(`/links/${link.id}/stats${query}`)
  expect(status).toBe(200)
  return body
}

const totals = async (link: Link) => {
  const { clicks, people, bots, uniques } = await statsOf(link)
  return { clicks, people, bots, uniques }
}

test('a link nobody visited', async () => {
  expect(await statsOf(await api.link())).toEqual({
    clicks: 0,
    people: 0,
    bots: 0,
    uniques: 0,
    byDay: [],
    byCountry: [],
    byDevice: [],
    byBrowser: [],
    byReferrer: [],
    byLanguage: [],
    byRule: [],
  })
})

test('a click shows within 2 seconds, in the statistics and on the link', async () => {
  const link = await api.link()
  expect((await visit(server, link.shortUrl)).status).toBe(302)
  await expectWithin(2000, () => totals(link)).toEqual({ clicks: 1, people: 1, bots: 0, uniques: 1 })
  expect((await api.get<Link>(`/links/${link.id}`)).body.clicks).toBe(1)
})

test('HEAD is no click; bots and prefetches are clicks and no people; refusals are neither', async () => {
  const link = await api.link()
  const go = (headers: Record<string, string | string[]>, method?: string) =>
    visit(server, link.shortUrl, headers, method)
  await go({}, 'HEAD')
  await go({ 'User-Agent': AGENTS.googlebot }, 'HEAD')
  await go({ 'User-Agent': AGENTS.googlebot })
  await go({ 'User-Agent': 'curl/8.5.0' })
  await go({ 'User-Agent': [] })
  await go({ 'Sec-Purpose': 'prefetch;prerender' })
  await go({ Purpose: 'prefetch' })
  await go({}, 'POST')
  await api.patch(`/links/${link.id}`, { disabled: true })
  await go({})
  await api.patch(`/links/${link.id}`, { disabled: false })
  await go({})
  await go({ 'User-Agent': AGENTS.firefox })
  await expectWithin(2000, async () => (await totals(link)).clicks).toBe(7)
  expect(await totals(link)).toMatchObject({ clicks: 7, people: 2, bots: 3 })
})

test('by day, country, device, browser, referrer, language and rule', async () => {
  const link = await api.link()
  const rule = await api.rule(link, {
    field: 'country',
    operator: 'equals',
    value: 'CH',
    redirectUrl: 'https://example.com/ch',
  })
  const swiss = { 'X-Country': 'CH', 'Accept-Language': 'de-CH', Referer: 'https://www.Example.org/x?secret=1' }
  await visit(server, link.shortUrl, swiss)
  await visit(server, link.shortUrl, { ...swiss, 'User-Agent': AGENTS.iphone })
  await visit(server, link.shortUrl, { 'X-Country': 'XX', 'User-Agent': AGENTS.googlebot })
  await expectWithin(2000, async () => (await totals(link)).clicks).toBe(3)
  const swissPeople = { clicks: 2, people: 2 }
  const bot = { clicks: 1, people: 0 }
  const stats = await statsOf(link)
  expect(stats).toMatchObject({
    byDay: [{ value: TODAY(), clicks: 3, people: 2 }],
    byCountry: [
      { value: 'CH', ...swissPeople },
      { value: null, ...bot },
    ],
    byReferrer: [
      { value: 'example.org', ...swissPeople },
      { value: null, ...bot },
    ],
    byLanguage: [
      { value: 'de-ch', ...swissPeople },
      { value: null, ...bot },
    ],
    byRule: [
      { value: rule.id, ...swissPeople },
      { value: null, ...bot },
    ],
  })
  expect(new Set(stats.byDevice)).toEqual(
    new Set([
      { value: 'desktop', clicks: 1, people: 1 },
      { value: 'mobile', clicks: 1, people: 1 },
      { value: 'bot', ...bot },
    ]),
  )
  expect(stats.byBrowser).toEqual(expect.arrayContaining([{ value: 'chrome', clicks: 1, people: 1 }]))
  expect(JSON.stringify(stats)).not.toMatch(/secret|127\.0\.0\.1/)
})

test('uniques are visitors: the same one twice counts once', async () => {
  const link = await api.link()
  const from = (ip: string) => visit(server, link.shortUrl, { 'X-Forwarded-For': ip })
  for (const ip of ['198.51.100.1', '198.51.100.1', '198.51.100.2', '2001:db8::1', '2001:db8::2', '2001:db8:0:1::1']) {
    await from(ip)
  }
  await expectWithin(2000, () => totals(link)).toEqual({ clicks: 6, people: 6, bots: 0, uniques: 4 })
})

describe('from and to', () => {
  test('bound what is counted', async () => {
    const link = await api.link()
    await visit(server, link.shortUrl)
    await expectWithin(2000, async () => (await totals(link)).clicks).toBe(1)
    const day = 86_400_000
    const at = (ms: number) => new Date(Date.now() + ms).toISOString()
    expect((await statsOf(link, `?from=${at(-day)}&to=${at(day)}`)).clicks).toBe(1)
    expect((await statsOf(link, `?from=${at(-2 * day)}&to=${at(-day)}`)).clicks).toBe(0)
    expect((await statsOf(link, `?from=${at(day)}&to=${at(2 * day)}`)).clicks).toBe(0)
    expect((await statsOf(link, `?to=${at(0)}`)).clicks).toBe(1)
  })

  test.each(['from=yesterday', 'to=2026-01-01', 'from=1', 'from=', 'since=x', 'from=2026-02-30T00:00:00Z'])(
    '%s is 400',
    async (query) => expectFailure(await api.get(`/links/${(await api.link()).id}/stats?${query}`), 'VALIDATION_ERROR'),
  )

  test('in the wrong order are 400', async () => {
    const query = 'from=2026-02-02T00:00:00Z&to=2026-02-01T00:00:00Z'
    expectFailure(await api.get(`/links/${(await api.link()).id}/stats?${query}`), 'VALIDATION_ERROR', 'from')
  })
})

test('deleting a link removes its statistics, for a new link with its slug too', async () => {
  const link = await api.link({ customSlug: 'counted' })
  await visit(server, link.shortUrl)
  await expectWithin(2000, async () => (await totals(link)).clicks).toBe(1)
  await visit(server, link.shortUrl)
  await api.delete(`/links/${link.id}`)
  expectFailure(await api.get(`/links/${link.id}/stats`), 'NOT_FOUND')
  const again = await api.link({ customSlug: 'counted' })
  await visit(server, again.shortUrl)
  await expectWithin(2000, async () => (await totals(again)).clicks).toBe(1)
})

test('one click more counts, whatever else goes on: 200 parallel visits are 200 clicks', async () => {
  const link = await api.link()
  await Promise.all(Array.from({ length: 200 }, () => visit(server, link.shortUrl)))
  await expectWithin(2000, () => totals(link)).toMatchObject({ clicks: 200, people: 200, uniques: 1 })
})
