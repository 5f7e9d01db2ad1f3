// Every field of a rule on live visits: which operators and values it takes, what matches, and what is refused.
import { afterAll, describe, expect, test } from 'vitest'
import { api, DESTINATION, type Fields, type Headers, type Rule } from './fixture/api.ts'
import { expectFailure } from './fixture/errors.ts'
import { createPerson, createToken } from './fixture/people.ts'
import { startServer } from './fixture/server.ts'
import { AGENTS, expectRedirect, visit } from './fixture/visit.ts'

const server = await startServer({ TRUST_PROXY: '127.0.0.1', COUNTRY_HEADER: 'CF-IPCountry' })
afterAll(() => server.stop())
const person = await createPerson(server, 'premium')
const spare = await createToken(server.env, person.id)
const writers = [person.api, api(server, spare.token)]
let turn = 0
/** Two tokens in turn: there are more rows here than one may send in a minute. */
const writer = () => writers[turn++ % 2]!

const MATCH = 'https://example.com/match'
const NO_AGENT = { 'User-Agent': [] }
const agent = (text: string): Headers => ({ 'User-Agent': text })
const country = (code: string): Headers => ({ 'CF-IPCountry': code })
const referer = (url: string): Headers => ({ Referer: url })
const language = (text: string): Headers => ({ 'Accept-Language': text })
const hour = new Date().getUTCHours()

async function matches(rule: Fields, headers: Headers): Promise<boolean> {
  const link = await writer().link()
  await writer().rule(link, { ...rule, redirectUrl: MATCH })
  const received = await visit(server, link.shortUrl, headers)
  expectRedirect(received, received.headers.location === MATCH ? MATCH : DESTINATION)
  return received.headers.location === MATCH
}

const row = (field: string, operator: string, value: unknown) => ({ field, operator, value })

describe('a visit that matches', () => {
  test.each<[Fields, Headers]>([
    [row('country', 'equals', 'US'), country('US')],
    [row('country', 'equals', 'us'), country('us')],
    [row('country', 'in', ['CH', 'de']), country('DE')],
    [row('country', 'not_in', ['CH', 'DE']), country('AT')],
    [row('country', 'matches', '^(us|ca)$'), country('CA')],
    [row('device', 'equals', 'desktop'), agent(AGENTS.chrome)],
    [row('device', 'equals', 'mobile'), agent(AGENTS.iphone)],
    [row('device', 'in', ['mobile', 'tablet']), agent(AGENTS.android)],
    [row('device', 'equals', 'bot'), agent(AGENTS.googlebot)],
    [row('device', 'equals', 'unknown'), agent('Mozilla/5.0 (Unheard; of)')],
    [row('device', 'not_in', ['bot', 'tv', 'console']), agent(AGENTS.firefox)],
    [row('browser', 'equals', 'chrome'), agent(AGENTS.chrome)],
    [row('browser', 'equals', 'safari'), agent(AGENTS.iphone)],
    [row('browser', 'in', ['firefox', 'edge']), agent(AGENTS.firefox)],
    [row('browser', 'equals', 'edge'), agent(`${AGENTS.chrome} Edg/126.0.0.0`)],
    [row('browser', 'equals', 'opera'), agent(`${AGENTS.chrome} OPR/111.0.0.0`)],
    [row('browser', 'not_in', ['chrome']), agent(AGENTS.firefox)],
    [row('browser', 'matches', 'fire|safari'), agent(AGENTS.firefox)],
    [row('browser', 'equals', 'other'), agent('Mozilla/5.0 (Unheard; of)')],
    [row('referer_host', 'equals', 'example.org'), referer('https://www.Example.org:8080/a?b')],
    [row('referer_host', 'equals', 'www.example.org'), referer('https://example.org')],
    [row('referer_host', 'in', ['a.example', 'b.example']), referer('http://b.example/')],
    [row('referer_host', 'not_in', ['a.example']), referer('https://b.example/')],
    [row('referer_host', 'matches', '(^|\\.)example\\.org$'), referer('https://news.example.org/')],
    [row('hour_utc', 'equals', hour), {}],
    [row('hour_utc', 'in', [hour, (hour + 1) % 24]), {}],
    [row('hour_utc', 'not_in', [(hour + 12) % 24]), {}],
    [row('hour_utc', 'between', [hour, (hour + 1) % 24]), {}],
    [row('hour_utc', 'between', [(hour + 13) % 24, (hour + 1) % 24]), {}],
    [row('language', 'equals', 'en'), language('en-US,fr;q=0.9')],
    [row('language', 'equals', 'EN-us'), language('en-US')],
    [row('language', 'in', ['fr', 'de']), language('it;q=0.1, de-CH;q=0.8')],
    [row('language', 'not_in', ['fr', 'de']), language('it')],
    [row('language', 'matches', '^(pt|es)'), language('pt-BR')],
    [row('returning', 'equals', false), {}],
    [row('returning', 'equals', true), { Cookie: 'a=b; lw_seen=1' }],
  ])('%j', async (rule, headers) => expect(await matches(rule, headers)).toBe(true))
})

describe('a visit that does not match', () => {
  test.each<[Fields, Headers]>([
    [row('country', 'equals', 'US'), country('CA')],
    [row('country', 'not_in', ['US']), country('US')],
    [row('country', 'not_in', ['US']), {}],
    [row('country', 'not_in', ['US']), country('XX')],
    [row('country', 'matches', '.*'), {}],
    [row('device', 'not_in', ['mobile']), NO_AGENT],
    [row('device', 'equals', 'unknown'), NO_AGENT],
    [row('browser', 'equals', 'other'), NO_AGENT],
    [row('browser', 'equals', 'chrome'), agent(`${AGENTS.chrome} Edg/126.0.0.0`)],
    [row('referer_host', 'not_in', ['a.example']), {}],
    [row('referer_host', 'not_in', ['a.example']), referer('android-app://com.example')],
    [row('referer_host', 'equals', 'example.org'), referer('https://notexample.org/')],
    [row('referer_host', 'equals', 'example.org'), referer('https://example.org.evil.example/')],
    [row('hour_utc', 'equals', (hour + 12) % 24), {}],
    [row('hour_utc', 'between', [(hour + 2) % 24, (hour + 20) % 24]), {}],
    [row('language', 'equals', 'pt-br'), language('pt')],
    [row('language', 'equals', 'en'), language('fr, en;q=0.9')],
    [row('language', 'not_in', ['fr']), {}],
    [row('language', 'matches', '.*'), language('*')],
    [row('language', 'equals', 'en'), language('en;q=0')],
    [row('language', 'equals', 'de'), language('den')],
    [row('returning', 'equals', true), {}],
    [row('returning', 'equals', true), { Cookie: 'lw_seen=0; xlw_seen=1' }],
  ])('%j', async (rule, headers) => expect(await matches(rule, headers)).toBe(false))
})

describe('400 INVALID_RULE', async () => {
  const link = await person.api.link()
  const post = (rule: Fields) => {
    return writer().post<Rule>(`/links/${link.id}/rules`, { ...rule, redirectUrl: MATCH })
  }

  test.each<[string, ...Fields[]]>([
    ['field', row('city', 'equals', 'Bern'), row('Country', 'equals', 'US'), row('constructor', 'equals', 'US')],
    ['operator', row('country', 'contains', 'U'), row('country', 'between', ['A', 'B']), row('device', 'matches', 'm')],
    ['operator', row('returning', 'in', [true]), row('returning', 'not_in', [true]), row('hour_utc', 'matches', '1')],
    ['operator', row('language', 'between', ['a', 'b']), row('country', 'EQUALS', 'US')],
    ['value', row('country', 'equals', 'USA'), row('country', 'equals', ['US']), row('country', 'equals', 1)],
    ['value', row('country', 'in', 'US'), row('country', 'in', []), row('country', 'in', Array(251).fill('US'))],
    ['value', row('device', 'equals', 'phone'), row('browser', 'equals', 'netscape'), row('device', 'equals', null)],
    ['value', row('hour_utc', 'equals', 24), row('hour_utc', 'equals', '8'), row('hour_utc', 'equals', 1.5)],
    ['value', row('hour_utc', 'between', [1]), row('hour_utc', 'between', [1, 2, 3]), row('hour_utc', 'between', 1)],
    ['value', row('returning', 'equals', 'true'), row('returning', 'equals', 1)],
    ['value', row('language', 'equals', ''), row('language', 'equals', 'not a tag')],
    ['value', row('referer_host', 'equals', 'https://example.org'), row('referer_host', 'equals', 'a b')],
    ['value', row('country', 'matches', '('), row('country', 'matches', '(?=x)'), row('country', 'matches', '(a)\\1')],
    ['value', row('country', 'matches', 'x'.repeat(257)), row('country', 'matches', ''), row('country', 'matches', 7)],
  ])('a wrong %s is named: %j %j %j', async (path, ...rules) => {
    for (const rule of rules) {
      const reply = await post(rule)
      expectFailure(reply, 'INVALID_RULE')
      const { details } = reply.body as unknown as { details: { path: string; message: string }[] }
      expect(details.map((issue) => issue.path.replace(/\[.*/, ''))).toContain(path)
      expect(reply.text).not.toContain('netscape')
    }
  })

  test('in takes 250 values, and matches 256 characters', async () => {
    const hosts = Array.from({ length: 250 }, (_, n) => `h${n}.example`)
    expect((await post(row('referer_host', 'in', hosts))).status).toBe(201)
    expect((await post(row('referer_host', 'matches', 'x'.repeat(256)))).status).toBe(201)
  })
})

test('a pattern that makes others hang is answered at once', async () => {
  const rule = row('referer_host', 'matches', '^(a+)+$')
  const started = Date.now()
  expect(await matches(rule, referer(`https://${'a'.repeat(200)}.example/`))).toBe(false)
  expect(Date.now() - started).toBeLessThan(5000)
})
