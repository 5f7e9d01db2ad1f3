// POST /links/:id/preview: what a visit would get and why, by the function that live visits run, recording nothing.
import { afterAll, describe, expect, test } from 'vitest'
import { DESTINATION, type Fields, type Headers, type Link, type Preview, type Stats } from './fixture/api.ts'
import { expectFailure } from './fixture/errors.ts'
import { createPerson } from './fixture/people.ts'
import { startServer } from './fixture/server.ts'
import { AGENTS, visit } from './fixture/visit.ts'

const server = await startServer()
afterAll(() => server.stop())
const { api } = await createPerson(server, 'premium')
const APP = 'https://apps.example.com/app'
const target = (name: string) => `https://example.com/${name}`
const leaf = (field: string, value: unknown, operator = 'equals') => ({ field, operator, value })

async function preview(link: Link, body: Fields = {}): Promise<Preview> {
  const reply = await api.post<Preview>(`/links/${link.id}/preview`, body)
  expect(reply.status).toBe(200)
  return reply.body
}

test('of nothing in particular: unknown facts are null', async () => {
  expect(await preview(await api.link(), { at: '2026-05-09T15:24:00.000Z' })).toEqual({
    outcome: 'redirect',
    status: 302,
    url: DESTINATION,
    ruleId: null,
    facts: {
      country: null,
      device: null,
      browser: null,
      referer_host: null,
      hour_utc: 15,
      language: null,
      returning: false,
    },
    trace: [],
  })
})

test('facts are read from headers, and what is given overrides them', async () => {
  const headers = {
    'User-Agent': AGENTS.iphone,
    'accept-language': 'de-CH,de;q=0.5',
    Referer: 'https://www.example.org/x',
    cookie: 'lw_seen=1',
  }
  const link = await api.link()
  const read = { device: 'mobile', browser: 'safari', language: 'de-ch', referer_host: 'example.org', returning: true }
  expect((await preview(link, { headers })).facts).toMatchObject(read)
  const facts = { country: 'ch', device: 'tv', language: null, hour_utc: 3, returning: false }
  expect((await preview(link, { headers, facts })).facts).toEqual({ ...read, ...facts, country: 'CH' })
})

test('the trace lists every rule, and ruleId is the first that matched', async () => {
  const link = await api.link()
  const rules = [
    await api.rule(link, { ...leaf('country', 'US'), redirectUrl: target('us') }),
    await api.rule(link, { ...leaf('device', 'mobile'), redirectUrl: target('mobile') }),
    await api.rule(link, { ...leaf('hour_utc', [0, 23], 'between'), redirectUrl: target('always') }),
  ]
  const shown = await preview(link, { facts: { country: 'CH', device: 'mobile' } })
  expect(shown).toMatchObject({ outcome: 'redirect', url: target('mobile'), ruleId: rules[1]!.id })
  expect(shown.trace).toEqual(
    [false, true, true].map((matched, at) => ({ ruleId: rules[at]!.id, matched, reason: expect.stringMatching(/\S/) })),
  )
  expect((await preview(link, {})).trace.map(({ matched }) => matched)).toEqual([false, false, true])
})

test('the platform decides after the rules', async () => {
  const link = await api.link({ iosUrl: APP })
  const headers = { 'user-agent': AGENTS.iphone }
  expect(await preview(link, { headers })).toMatchObject({ url: APP, ruleId: null })
  await api.rule(link, { ...leaf('device', 'mobile'), redirectUrl: target('rule') })
  expect((await preview(link, { headers })).url).toBe(target('rule'))
})

describe('outcomes', () => {
  const PAST = '2026-01-01T00:00:00.000Z'
  const FUTURE = '2100-01-01T00:00:00.000Z'
  test.each<[string, number, Fields, Fields, Fields?]>([
    ['disabled', 410, { disabled: true }, {}],
    ['expired', 410, { expiresAt: PAST }, {}],
    ['not_yet', 404, { startsAt: FUTURE }, {}],
    ['redirect', 302, { startsAt: FUTURE }, { at: '2100-01-01T00:00:00.000Z' }],
    ['expired', 410, { expiresAt: FUTURE }, { at: '2100-01-01T02:00:00+02:00' }],
    ['archived', 410, {}, {}, { archived: true }],
    ['redirect', 302, { requireSignature: true }, {}],
    ['redirect', 302, { requireSignature: true }, { facts: { signed: true } }],
    ['signature_required', 403, { requireSignature: true }, { facts: { signed: false } }],
    ['redirect', 302, {}, { facts: { signed: false } }],
    ['disabled', 410, { disabled: true, requireSignature: true }, { facts: { signed: false } }],
  ])('%s %d: %j %j', async (outcome, status, fields, body, change) => {
    const link = await api.link(fields)
    if (change !== undefined) await api.patch(`/links/${link.id}`, change)
    const shown = await preview(link, body)
    expect(shown).toMatchObject({ outcome, status, url: outcome === 'redirect' ? DESTINATION : null })
  })
})

test('shows what live visits get', async () => {
  const link = await api.link({ iosUrl: APP, androidUrl: target('android') })
  await api.rule(link, { ...leaf('language', 'fr'), redirectUrl: target('fr') })
  await api.rule(link, {
    conditions: { all: [leaf('browser', 'chrome'), { not: leaf('referer_host', 'example.org') }] },
    redirectUrl: target('tree'),
  })
  const visits: Headers[] = []
  for (const agent of Object.values(AGENTS)) {
    for (const tongue of ['fr-CA', 'en']) {
      for (const referer of ['https://example.org/', 'https://example.net/']) {
        visits.push({ 'User-Agent': agent, 'Accept-Language': tongue, Referer: referer })
      }
    }
  }
  const seen = new Set<unknown>()
  for (const headers of visits) {
    const live = await visit(server, link.shortUrl, headers)
    expect((await preview(link, { headers })).url).toBe(live.headers.location)
    seen.add(live.headers.location)
  }
  expect(seen.size).toBe(5)
})

test('records nothing and takes nothing', async () => {
  const link = await api.link({ maxClicks: 1 })
  for (let n = 0; n < 3; n++) expect((await preview(link)).outcome).toBe('redirect')
  expect((await visit(server, link.shortUrl)).status).toBe(302)
  await expect
    .poll(async () => (await api.get<Stats>(`/links/${link.id}/stats`)).body.clicks, { timeout: 2000 })
    .toBe(1)
  expect((await preview(link)).outcome).toBe('exhausted')
})

describe('400 VALIDATION_ERROR', async () => {
  const link = await api.link()

  test.each<[string, unknown]>([
    ['at', 'noon'],
    ['at', 1],
    ['ip', 'nowhere'],
    ['headers', []],
    ['headers.referer', 7],
    ['facts.country', 'USA'],
    ['facts.device', 'phone'],
    ['facts.browser', 'netscape'],
    ['facts.hour_utc', 24],
    ['facts.returning', 'yes'],
    ['facts.signed', null],
  ])('%s %j', async (path, value) => {
    const [outer = '', inner] = path.split('.')
    const body = { [outer]: inner === undefined ? value : { [inner]: value } }
    expectFailure(await api.post(`/links/${link.id}/preview`, body), 'VALIDATION_ERROR', path)
  })

  test.each([{ nonsense: 1 }, { facts: { city: 'Bern' } }, [], null, 'x'])('%j', async (body) => {
    expectFailure(await api.post(`/links/${link.id}/preview`, JSON.stringify(body)), 'VALIDATION_ERROR')
  })
})
