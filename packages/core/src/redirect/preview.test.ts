// The preview: what a visit would get, told by the function that decides live ones, and never a trace of it left.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ALICE, BOB, codeOf, createWorld, START } from '../../test/world.ts'
import { parse } from '../parse.ts'
import { previewInput } from './preview.ts'

async function previewed(body: object = {}) {
  const world = createWorld()
  const link = await world.create({
    customSlug: 'promo',
    iosUrl: 'https://example.com/ios',
    androidUrl: 'https://example.com/android',
    ...body,
  })
  const preview = (input: object = {}, caller = ALICE) =>
    world.core.preview(caller, link.id, parse(previewInput, input))
  return { ...world, link, preview }
}

const rulesToTry = [
  { field: 'country', operator: 'in', value: ['DE', 'FR'], redirectUrl: 'https://example.com/country' },
  { field: 'language', operator: 'equals', value: 'de', redirectUrl: 'https://example.com/language' },
  {
    conditions: { not: { field: 'referer_host', operator: 'matches', value: 'news' } },
    redirectUrl: 'https://e.com/not',
  },
  { field: 'hour_utc', operator: 'between', value: [22, 6], redirectUrl: 'https://example.com/night' },
  { field: 'returning', operator: 'equals', value: true, redirectUrl: 'https://example.com/again' },
  { field: 'device', operator: 'equals', value: 'mobile', redirectUrl: 'https://example.com/mobile' },
  {
    conditions: {
      all: [
        { field: 'browser', operator: 'equals', value: 'safari' },
        { not: { field: 'country', operator: 'equals', value: 'US' } },
      ],
    },
    redirectUrl: 'https://example.com/safari',
  },
]

test('a link without rules', async () => {
  const { preview } = await previewed()
  expect(await preview()).toEqual({
    outcome: 'redirect',
    status: 302,
    url: 'https://example.com/landing',
    ruleId: null,
    facts: {
      country: null,
      device: null,
      browser: null,
      referer_host: null,
      hour_utc: 10,
      language: null,
      returning: false,
    },
    trace: [],
  })
})

test('agrees with the live visit, whatever the rules and the visitor', async () => {
  const header = <T>(values: readonly T[]) => fc.option(fc.constantFrom(...values), { nil: undefined })
  const visitor = fc.record({
    at: fc.integer({ min: START, max: START + 30 * 3_600_000 }),
    'user-agent': header(['mobile ios safari', 'mobile android chrome', 'chrome', 'a bot', '']),
    'accept-language': header(['de', 'de-AT', 'en, de;q=0.9', '*', 'nonsense!']),
    referer: header(['https://www.news.example/x', 'https://example.com', 'junk']),
    'x-country': header(['DE', 'US', 'XX', 'nonsense']),
    cookie: header(['lw_seen=1', 'lw_seen=0']),
    order: fc.subarray(rulesToTry),
    ip: fc.constantFrom('192.0.2.49', '198.51.100.1', '2001:db8::1'),
    closed: fc.constantFrom({}, { disabled: true }, { requireSignature: true }, { archived: true }),
  })
  await fc.assert(
    fc.asyncProperty(visitor, async ({ at, order, ip, closed, ...given }) => {
      const { preview, rule, visit, link, core, time } = await previewed()
      for (const body of order) await rule(link.id, body)
      await core.links.update(ALICE, link.id, closed)
      time.now = at
      const headers = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Record<
        string,
        string
      >
      const live = (await visit('/promo', { ip, trusted: true, headers }))!
      const imagined = await preview({ ip, headers, facts: { signed: false } })
      expect([imagined.outcome, imagined.url]).toEqual([live.outcome, live.url])
      expect(imagined.trace).toHaveLength(order.length)
      expect(imagined.ruleId).toBe(imagined.trace.find(({ matched }) => matched)?.ruleId ?? null)
      if (live.outcome === 'redirect') expect(imagined.ruleId).toBe(live.ruleId)
    }),
    { numRuns: 150 },
  )
})

test('the trace lists every rule with its own truth, also behind the first that matches', async () => {
  const { preview, rule, link } = await previewed()
  const ids = []
  for (const body of rulesToTry) ids.push((await rule(link.id, body)).id)
  const { trace, ruleId } = await preview({
    facts: { country: 'de', returning: true, device: null, language: 'de-at' },
  })
  expect(trace.map((entry) => entry.ruleId)).toEqual(ids)
  expect(trace.map(({ matched }) => matched)).toEqual([true, true, false, false, true, false, false])
  expect(ruleId).toBe(ids[0])
  expect(trace[2]?.reason).toContain('unknown')
})

test('facts override what is read; null makes one unknown', async () => {
  const { preview } = await previewed()
  const headers = {
    'User-Agent': 'mobile ios safari',
    'Accept-Language': 'de',
    Referer: 'https://a.com',
    'X-Country': 'DE',
  }
  expect((await preview({ headers })).facts).toMatchObject({
    country: 'DE',
    device: 'mobile',
    browser: 'safari',
    referer_host: 'a.com',
    language: 'de',
  })
  const facts = {
    country: 'us',
    device: 'tv',
    browser: null,
    referer_host: 'WWW.B.com',
    hour_utc: 3,
    language: 'PT-br',
    returning: null,
  }
  expect((await preview({ headers, facts })).facts).toEqual({
    country: 'US',
    device: 'tv',
    browser: null,
    referer_host: 'b.com',
    hour_utc: 3,
    language: 'pt-br',
    returning: null,
  })
  expect((await preview({ ip: '192.0.2.49' })).facts.country).toBe('DE')
  expect((await preview({ at: '2026-11-22T23:30:00+02:00' })).facts.hour_utc).toBe(21)
  expect((await preview({ headers })).url).toBe('https://example.com/ios')
})

describe('a link that is closed', () => {
  test.each([
    [{ disabled: true }, 'disabled', 410],
    [{ startsAt: '2026-12-01T00:00:00Z' }, 'not_yet', 404],
    [{ expiresAt: '2026-11-01T00:00:00Z' }, 'expired', 410],
  ])('%j is %s', async (body, outcome, status) => {
    const { preview } = await previewed(body)
    expect(await preview()).toMatchObject({ outcome, status, url: null })
  })

  test('is open at another time', async () => {
    const { preview } = await previewed({ startsAt: '2026-12-01T00:00:00Z' })
    expect((await preview({ at: '2026-12-01T00:00:00Z' })).outcome).toBe('redirect')
  })

  test('a signature is taken as passed unless the facts say otherwise', async () => {
    const { preview } = await previewed({ requireSignature: true })
    expect((await preview()).outcome).toBe('redirect')
    expect((await preview({ facts: { signed: true } })).outcome).toBe('redirect')
    expect(await preview({ facts: { signed: false } })).toMatchObject({ outcome: 'signature_required', status: 403 })
  })

  test('clicks that are used up are told, and none is taken', async () => {
    const { preview, visit, core } = await previewed({ maxClicks: 1 })
    for (let i = 0; i < 3; i++) expect((await preview()).outcome).toBe('redirect')
    expect((await visit('/promo'))?.outcome).toBe('redirect')
    await core.recorder.flush()
    expect(await preview()).toMatchObject({ outcome: 'exhausted', status: 410, url: null })
  })
})

test('nothing is recorded', async () => {
  const { preview, core, link } = await previewed()
  await preview({ headers: { 'user-agent': 'chrome' } })
  expect(core.recorder.counts).toEqual({ recorded: 0, lost: 0, pending: 0 })
  expect((await core.stats.read(ALICE, link.id, undefined, undefined)).clicks).toBe(0)
})

test('another’s link is not there', async () => {
  const { preview } = await previewed()
  expect(await codeOf(preview({}, BOB))).toBe('NOT_FOUND')
})

test('on a custom domain', async () => {
  const { create, domain, core } = createWorld()
  const { id } = await domain('links.example.net', ALICE.owner, false)
  const link = await create({ customSlug: 'Promo', domainId: id })
  expect((await core.preview(ALICE, link.id, {})).url).toBe('https://example.com/landing')
})

test.each<object>([
  { at: 'tomorrow' },
  { at: 0 },
  { ip: 'localhost' },
  { ip: '192.0.2.1:80' },
  { headers: { referer: 5 } },
  { headers: [] },
  { facts: { country: 'Germany' } },
  { facts: { device: 'phone' } },
  { facts: { hour_utc: 24 } },
  { facts: { hour_utc: '5' } },
  { facts: { returning: 'false' } },
  { facts: { city: 'Berlin' } },
  { facts: { signed: null } },
  { record: true },
])('%j is refused', async (input) => {
  expect(await codeOf(() => parse(previewInput, input))).toBe('VALIDATION_ERROR')
})
