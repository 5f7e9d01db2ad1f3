// Only what a caller may write is written, and only what a caller may read is shown.
//
// | threat | test |
// |---|---|
// | setting what the server alone decides (owner, id, counters, trust, times) | mass assignment |
// | secrets or internals in a reply | property leaks: every key of every kind of reply |
// | SQL through quotes and wildcards | every string field, headers of visits included |
// | names that JavaScript objects have of their own | as titles, slugs, rule values, and in every counter |
import type { Contract } from '@linkwright/http'
import { restContracts } from '@linkwright/http/rest'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Link, LinkList, Reply, RuleList, Stats } from '../fixture/api.ts'
import { expectWithin } from '../fixture/clock.ts'
import { expectFailure } from '../fixture/errors.ts'
import { type Server, startServer } from '../fixture/server.ts'
import { expectRedirect, visit } from '../fixture/visit.ts'
import { type Crowd, type Member, openCrowd } from './crowd.ts'

let server: Server
let crowd: Crowd
let member: Member
const RULE = { field: 'country', operator: 'equals', value: 'US', redirectUrl: 'https://example.com/us' }

beforeAll(async () => {
  server = await startServer()
  crowd = await openCrowd(server)
  member = await crowd.member({ tokens: 2 })
})
afterAll(async () => {
  await crowd.close()
  await server.stop()
})

const SERVER_SIDE: Readonly<Record<string, unknown>> = {
  id: 'lnk_01J0000000000000000000000Z',
  seq: 1,
  ownerId: '01J0000000000000000000000Z',
  owner_id: '01J0000000000000000000000Z',
  owner: 'usr_01J0000000000000000000000Z',
  userId: 'usr_01J0000000000000000000000Z',
  projectId: 'x',
  subject: 'x',
  plan: 'premium',
  scopes: ['links:write'],
  createdAt: '2020-01-01T00:00:00.000Z',
  updatedAt: '2020-01-01T00:00:00.000Z',
}
const OF_LINKS: Readonly<Record<string, unknown>> = {
  ...SERVER_SIDE,
  slug: 'other',
  slugKey: 'other',
  shortUrl: 'https://example.org/x',
  trustScore: 100,
  trustReason: '+50 me',
  screening: 'clear',
  clicks: 0,
  archivedAt: null,
  domainHost: 'example.org',
  verified: true,
}
const OF_RULES: Readonly<Record<string, unknown>> = {
  ...SERVER_SIDE,
  linkId: 'lnk_01J0000000000000000000000Z',
  priority: 1,
  matched: true,
}

test.each(Object.entries({ ...OF_LINKS, archived: true }))('a new link does not take %s', async (name, value) => {
  const before = (await member.api.get<LinkList>('/links?limit=1')).body.data
  expectFailure(
    await member.api.post('/links', { destinationUrl: 'https://example.com/', [name]: value }),
    'VALIDATION_ERROR',
    name,
  )
  expect((await member.api.get<LinkList>('/links?limit=1')).body.data).toEqual(before)
})

test('a link that is there takes none of them either, nor a new slug or domain', async () => {
  const link = await member.api.link()
  for (const [name, value] of Object.entries({ ...OF_LINKS, customSlug: 'other', domainId: null })) {
    expectFailure(await member.api.patch(`/links/${link.id}`, { title: 'x', [name]: value }), 'VALIDATION_ERROR', name)
  }
  expect((await member.api.get(`/links/${link.id}`)).body).toEqual(link)
})

test('rules, new and old, take none of them', async () => {
  const link = await member.api.link()
  const rule = await member.api.rule(link, RULE)
  for (const [name, value] of Object.entries(OF_RULES)) {
    expectFailure(
      await member.api.post(`/links/${link.id}/rules`, { ...RULE, [name]: value }),
      'VALIDATION_ERROR',
      name,
    )
    expectFailure(
      await member.api.patch(`/rules/${rule.id}`, { redirectUrl: RULE.redirectUrl, [name]: value }),
      'VALIDATION_ERROR',
      name,
    )
  }
  expect((await member.api.get<RuleList>(`/links/${link.id}/rules`)).body).toEqual({ data: [rule] })
})

test('no other body takes a field that it does not know', async () => {
  const link = await member.api.link()
  for (const name of ['userId', 'ownerId', 'keyId', 'url', 'now', 'clicks']) {
    expectFailure(
      await member.api.post(`/links/${link.id}/sign`, { expiresInSeconds: 60, [name]: 1 }),
      'VALIDATION_ERROR',
      name,
    )
    expectFailure(await member.api.post(`/links/${link.id}/preview`, { [name]: 1 }), 'VALIDATION_ERROR', name)
    expectFailure(
      await member.api.put(`/links/${link.id}/rules/order`, { ruleIds: [], [name]: 1 }),
      'VALIDATION_ERROR',
      name,
    )
  }
})

test('no reply of any route has a key that speaks of secrets or of what is kept inside', async () => {
  await member.domain('leaks.example')
  const link = await member.api.link()
  const rule = await member.api.rule(link, RULE)
  const spare = await member.api.rule(link, RULE)
  const gone = await member.api.link()
  const calls: Readonly<Record<keyof typeof restContracts, readonly [string, unknown?]>> = {
    getMe: ['/me'],
    listLinks: ['/links'],
    createLink: ['/links', { destinationUrl: 'https://example.com/' }],
    getLink: [`/links/${link.id}`],
    updateLink: [`/links/${link.id}`, { title: 'x' }],
    listRules: [`/links/${link.id}/rules`],
    createRule: [`/links/${link.id}/rules`, RULE],
    updateRule: [`/rules/${rule.id}`, { value: 'DE' }],
    deleteRule: [`/rules/${spare.id}`],
    orderRules: [`/links/${gone.id}/rules/order`, { ruleIds: [] }],
    getStats: [`/links/${link.id}/stats`],
    previewLink: [`/links/${link.id}/preview`, {}],
    signLink: [`/links/${link.id}/sign`, { expiresInSeconds: 60, once: true }],
    listDomains: ['/domains'],
    deleteLink: [`/links/${gone.id}`],
    getOpenApi: ['/openapi.json'],
  }
  const replies: Reply<unknown>[] = []
  const contracts = restContracts as Readonly<Record<string, Contract>>
  for (const [name, [path, body]] of Object.entries(calls)) {
    const reply = await member.api.call(contracts[name]!.method, path, body)
    expect(reply.status, name).toBe(contracts[name]!.status)
    replies.push(reply)
  }
  replies.push(await member.api.get('/links/x'), await member.api.post('/links', {}), await member.api.post('/nothing'))
  for (const { body } of replies) {
    for (const key of keysOf(body))
      expect(key).not.toMatch(/hash|secret|password|sealed|pepper|owner|subject|screening/i)
  }
})

const HOSTILE = [
  "'",
  '"',
  "' OR 1=1 --",
  "'; DROP TABLE links; --",
  '%',
  '_',
  '%%',
  '\\',
  '\\x27',
  '`',
  '$1',
  '?',
  ':id',
  '{{7*7}}',
].concat([
  '<script>alert(1)</script>',
  '$' + '{7*7}',
  'a\r\nb',
  '\u202e',
  '\u2028',
  '😀',
  '\u0027',
  '=cmd()',
  '\u001b[31m',
])

test('quotes, wildcards and markup in a title come back as they went in', async () => {
  for (const title of HOSTILE) expect((await member.api.link({ title })).title).toBe(title)
})

test('quotes and wildcards find nothing and break nothing anywhere else', async () => {
  const link = await member.api.link({ customSlug: 'survivor' })
  const before = (await member.api.get<LinkList>('/links?limit=200')).body.data.length
  for (const text of HOSTILE) {
    const encoded = encodeURIComponent(text)
    expectFailure(
      await member.api.post('/links', { destinationUrl: 'https://example.com/', customSlug: text }),
      'INVALID_SLUG',
    )
    expectFailure(await member.api.get(`/links?cursor=${encoded}`), 'VALIDATION_ERROR', 'cursor')
    expectFailure(await member.api.get(`/links/${encoded}`), 'NOT_FOUND')
    expectFailure(await member.api.get(`/links/${link.id}/stats?from=${encoded}`), 'VALIDATION_ERROR', 'from')
    expectFailure(await member.api.post(`/links/${link.id}/rules`, { ...RULE, value: text }), 'INVALID_RULE', 'value')
    const plain = Buffer.from(text.replaceAll(/\p{Cc}/gu, '')).toString('latin1')
    expectRedirect(
      await visit(server, `/survivor?q=${encoded}`, {
        Referer: `https://${plain}/${plain}`,
        'User-Agent': plain,
        'Accept-Language': plain,
        Cookie: `lw_seen=${plain}`,
      }),
      link.destinationUrl,
    )
  }
  await expectWithin(5000, async () => (await member.api.get<Stats>(`/links/${link.id}/stats`)).body.clicks).toBe(
    HOSTILE.length,
  )
  expect((await member.api.get<LinkList>('/links?limit=200')).body.data).toHaveLength(before)
})

const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__']

test('names of object properties are titles and slugs like others, or reserved', async () => {
  for (const name of NAMES) {
    expect((await member.api.link({ title: name })).title).toBe(name)
    expect((await visit(server, `/${name}`)).status).toBe(404)
    const reply = await member.api.post<Link>('/links', {
      destinationUrl: `https://example.com/${name}`,
      customSlug: name,
    })
    if (['__proto__', 'constructor', 'prototype'].includes(name)) expectFailure(reply, 'INVALID_SLUG', 'customSlug')
    else expectRedirect(await visit(server, `/${name}`), `https://example.com/${name}`)
  }
})

test('as rule fields, operators and values they match nothing of ours', async () => {
  const link = await member.api.link()
  for (const name of NAMES) {
    for (const wrong of [{ field: name }, { operator: name }, { value: name }, { field: 'browser', value: name }]) {
      expectFailure(await member.api.post(`/links/${link.id}/rules`, { ...RULE, ...wrong }), 'INVALID_RULE')
    }
  }
  const facts = { country: null, device: null, browser: null }
  for (const name of NAMES) {
    const { body } = await member.api.post(`/links/${link.id}/preview`, {
      facts,
      headers: { referer: `https://${name}/` },
    })
    expect(body).toMatchObject({ outcome: 'redirect', ruleId: null, facts: { referer_host: name.toLowerCase() } })
  }
})

test('as referrers, languages and agents they are counted like others', async () => {
  const link = await member.api.link()
  const path = `/${link.slug}`
  for (const name of NAMES) {
    const headers = { Referer: `https://${name}/`, 'User-Agent': name, 'Accept-Language': name, 'CF-IPCountry': name }
    expectRedirect(await visit(server, path, headers), link.destinationUrl)
  }
  const read = async () => (await member.api.get<Stats>(`/links/${link.id}/stats`)).body
  await expectWithin(5000, async () => (await read()).clicks).toBe(NAMES.length)
  const stats = await read()
  expect(stats.byReferrer.map(({ value, clicks }) => [value, clicks]).sort()).toEqual(
    NAMES.map((name) => [name.toLowerCase(), 1]).sort(),
  )
  for (const counts of [stats.byCountry, stats.byDevice, stats.byBrowser, stats.byLanguage, stats.byRule]) {
    expect(counts.reduce((sum, { clicks }) => sum + clicks, 0)).toBe(NAMES.length)
  }
  expect(stats.byCountry).toEqual([{ value: null, clicks: NAMES.length, people: expect.any(Number) }])
})

function keysOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, item]) => [...(Array.isArray(value) ? [] : [key]), ...keysOf(item)])
}
