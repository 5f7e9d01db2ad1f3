// Routing rules decide by what the server knows, in one order, and never hold it up.
//
// | threat | test |
// |---|---|
// | hours read in the server's own time zone, or with their ends confused | hours |
// | patterns that take for ever, and texts of the visitor that make them | slow patterns |
// | rules made at the same moment that change places | order |
// | a country, device or address that the visitor claims | spoofed headers |
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Preview, RuleList } from '../fixture/api.ts'
import { expectFailure } from '../fixture/errors.ts'
import { type Server, startServer } from '../fixture/server.ts'
import { AGENTS, expectRedirect, visit } from '../fixture/visit.ts'
import { type Crowd, type Member, openCrowd } from './crowd.ts'
import { speak } from './raw.ts'

let server: Server
let crowd: Crowd
let member: Member
const redirectUrl = 'https://example.com/ruled'

beforeAll(async () => {
  // A zone that is off by half an hour too; a proxy that is believed, which is not where tests come from.
  server = await startServer({ TZ: 'Asia/Kolkata', COUNTRY_HEADER: 'cf-ipcountry', TRUST_PROXY: '127.0.0.9/32' })
  crowd = await openCrowd(server)
  member = await crowd.member({ tokens: 3 })
})
afterAll(async () => {
  await crowd.close()
  await server.stop()
})

test('hours are UTC whatever zone the server is in, and both ends of between are included', async () => {
  const timed = await member.api.link()
  const hourNow = new Date().getUTCHours()
  const beside = (hour: number) => [hour, hour + 1].map((each) => each % 24)
  // Kolkata's own hour, five or six ahead, must not count as this one.
  await member.api.rule(timed, {
    field: 'hour_utc',
    operator: 'in',
    value: [5, 6, 7].map((more) => (hourNow + more) % 24),
    redirectUrl: 'https://example.com/local',
  })
  await member.api.rule(timed, { field: 'hour_utc', operator: 'in', value: beside(hourNow), redirectUrl })
  expectRedirect(await visit(server, `/${timed.slug}`), redirectUrl)

  const night = await member.api.link()
  const rule = await member.api.rule(night, { field: 'hour_utc', operator: 'between', value: [22, 6], redirectUrl })
  const matched = async (at: string) => {
    const { body } = await member.api.post<Preview>(`/links/${night.id}/preview`, { at })
    return [body.facts.hour_utc, body.ruleId === rule.id]
  }
  expect(await matched('2026-03-01T21:59:59.999Z')).toEqual([21, false])
  expect(await matched('2026-03-01T22:00:00.000Z')).toEqual([22, true])
  expect(await matched('2026-03-01T00:00:00Z')).toEqual([0, true])
  expect(await matched('2026-03-01T06:59:59Z')).toEqual([6, true])
  expect(await matched('2026-03-01T07:00:00Z')).toEqual([7, false])
  expect(await matched('2026-03-01T11:30:00+05:30')).toEqual([6, true])
  await member.api.patch(`/rules/${rule.id}`, { value: [9, 9] })
  expect(await matched('2026-03-01T09:30:00Z')).toEqual([9, true])
  expect(await matched('2026-03-01T10:00:00Z')).toEqual([10, false])
  expect(night.createdAt).toMatch(/Z$/)
  expect(Math.abs(Date.parse(night.createdAt) - Date.now())).toBeLessThan(60_000)
})

const SLOW = [
  '(a+)+$',
  '(a|a)*b',
  '.*.*=.*',
  '([a-z]+)+@',
  '(x+x+)+y',
  '^(\\w+\\s?)*$',
  '(.*)*\\d',
  '(a?){30}a{30}',
  '(a|aa)+$',
].concat(['^(([a-z])+.)+[A-Z]([a-z])+$', '(.*a){12}', '\\b(\\w+\\.)+\\d', '(?:a*)*c', 'a*a*a*a*a*a*a*a*b'])

test('no pattern takes long, whatever the visitor sends', async () => {
  for (const value of SLOW) {
    const slow = await member.api.link()
    for (const field of ['referer_host', 'language', 'browser']) {
      const { status } = await member.api.post(`/links/${slow.id}/rules`, {
        field,
        operator: 'matches',
        value,
        redirectUrl,
      })
      expect([201, 400]).toContain(status)
    }
    for (const text of [
      'a'.repeat(2000),
      `${'a'.repeat(63)}.`.repeat(31),
      'a.'.repeat(120),
      'x'.repeat(2000),
      'a-'.repeat(1000),
    ]) {
      const headers = { Referer: `https://${text}/${text}`, 'Accept-Language': `${text}!`, 'User-Agent': `${text}!` }
      const start = performance.now()
      expect((await visit(server, `/${slow.slug}`, headers)).status).toBe(302)
      expect(performance.now() - start, value).toBeLessThan(500)
    }
  }
})

test("of 50 rules made at once the plan's 25 are there, numbered without gaps, in one order for every reader", async () => {
  const busy = await member.api.link()
  const made = await Promise.all(
    Array.from({ length: 50 }, (_, i) =>
      member.api.post(`/links/${busy.id}/rules`, {
        field: 'device',
        operator: 'equals',
        value: 'desktop',
        redirectUrl: `${redirectUrl}/${i}`,
      }),
    ),
  )
  const statuses = made.map(({ status }) => status)
  expect([201, 429].map((status) => statuses.filter((one) => one === status).length)).toEqual([25, 25])
  for (const reply of made.filter(({ status }) => status === 429)) expectFailure(reply, 'PLAN_LIMIT_EXCEEDED')
  const read = async () => (await member.api.get<RuleList>(`/links/${busy.id}/rules`)).body.data
  const rules = await read()
  expect(rules.map(({ priority }) => priority)).toEqual(Array.from({ length: 25 }, (_, i) => i + 1))
  for (let i = 0; i < 5; i++) {
    expect(await read()).toEqual(rules)
    expectRedirect(await visit(server, `/${busy.slug}`), rules[0]!.redirectUrl)
  }
  const reversed = rules.map(({ id }) => id).reverse()
  const orders = await Promise.all(
    Array.from({ length: 6 }, (_, i) =>
      member.api.put(`/links/${busy.id}/rules/order`, { ruleIds: i % 2 ? reversed : rules.map(({ id }) => id) }),
    ),
  )
  expect(orders.every(({ status }) => status === 200)).toBe(true)
  const after = await read()
  expect(after.map(({ priority }) => priority)).toEqual(rules.map(({ priority }) => priority))
  expect([reversed.at(0), reversed.at(-1)]).toContain(after[0]!.id)
  expectRedirect(await visit(server, `/${busy.slug}`), after[0]!.redirectUrl)
})

test('a country, address or device that the visitor claims counts for nothing; a proxy that is trusted is believed', async () => {
  const local = await member.api.link({ destinationUrl: 'https://example.com/elsewhere' })
  await member.api.rule(local, { field: 'country', operator: 'equals', value: 'DE', redirectUrl })
  const claims = [
    'CF-IPCountry',
    'X-Vercel-IP-Country',
    'CloudFront-Viewer-Country',
    'X-Country',
    'X-Country-Code',
    'X-AppEngine-Country',
  ]
  const headers = Object.fromEntries(claims.map((name) => [name, 'DE']))
  const addresses = {
    'X-Forwarded-For': '127.0.0.9',
    'X-Real-IP': '127.0.0.9',
    Forwarded: 'for=127.0.0.9',
    'True-Client-IP': '127.0.0.9',
  }
  expectRedirect(await visit(server, `/${local.slug}`, { ...headers, ...addresses }), local.destinationUrl)
  expectRedirect(
    await visit(server, `/${local.slug}`, {
      ...headers,
      'User-Agent': AGENTS.iphone,
      'X-Forwarded-For': '127.0.0.9, 127.0.0.9',
    }),
    local.destinationUrl,
  )

  const request = (country: string) =>
    `GET /${local.slug} HTTP/1.1\r\nHost: localhost:${server.port}\r\nCF-IPCountry: ${country}\r\nConnection: close\r\n\r\n`
  expect((await speak(server.port, request('de'), { from: '127.0.0.9' })).text).toContain(
    `Location: ${redirectUrl}\r\n`,
  )
  expect((await speak(server.port, request('de'), { from: '127.0.0.8' })).text).toContain(
    `Location: ${local.destinationUrl}\r\n`,
  )
  for (const junk of ['DEU', 'D', '', 'XX', 'T1', '__proto__', 'constructor', 'DE, FR']) {
    expect((await speak(server.port, request(junk), { from: '127.0.0.9' })).text).toContain(
      `Location: ${local.destinationUrl}\r\n`,
    )
  }
})
