// Visits: every outcome in its order, for browsers and for programs, and what is no slug at all.
import { afterAll, describe, expect, test } from 'vitest'
import { DESTINATION, type Fields } from './fixture/api.ts'
import { createPerson } from './fixture/people.ts'
import { startServer } from './fixture/server.ts'
import { AGENTS, expectRedirect, expectRefusal, JSON_ONLY, visit } from './fixture/visit.ts'

const server = await startServer()
afterAll(() => server.stop())
const { api } = await createPerson(server, 'premium')
const PAST = '2026-01-01T00:00:00.000Z'
const FUTURE = '2100-01-01T00:00:00.000Z'

test('302 with the destination and nothing else', async () => {
  const link = await api.link()
  const received = await visit(server, link.shortUrl)
  expectRedirect(received, DESTINATION)
  expect(received.text).toBe('')
  expect(received.headers['set-cookie']).toBeUndefined()
  expect(received.headers['content-length']).toBe('0')
})

test('the query of a visit is not passed on', async () => {
  const link = await api.link({ destinationUrl: 'https://example.com/?a=1' })
  expectRedirect(await visit(server, `${link.shortUrl}?b=2`), 'https://example.com/?a=1')
})

describe('outcomes, first to last', () => {
  const all = { disabled: true, startsAt: FUTURE, requireSignature: true, maxClicks: 1 }
  test.each<[string, number, Fields, Fields?]>([
    ['DISABLED', 410, all, { archived: true }],
    ['NOT_YET', 404, { ...all, disabled: false }, { archived: true }],
    ['EXPIRED', 410, { expiresAt: PAST, requireSignature: true }, { archived: true }],
    ['ARCHIVED', 410, { requireSignature: true }, { archived: true }],
    ['SIGNATURE_REQUIRED', 403, { requireSignature: true, maxClicks: 1 }],
  ])('%s %d', async (code, status, fields, change) => {
    const link = await api.link(fields)
    if (change !== undefined) expect((await api.patch(`/links/${link.id}`, change)).status).toBe(200)
    expectRefusal(await visit(server, link.shortUrl, JSON_ONLY), status, code)
    const page = await visit(server, link.shortUrl)
    expect(page.status).toBe(status)
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8')
  })

  test('EXHAUSTED 410, and the signature before the last click', async () => {
    const link = await api.link({ maxClicks: 2 })
    for (let n = 0; n < 2; n++) expectRedirect(await visit(server, link.shortUrl), DESTINATION)
    expectRefusal(await visit(server, link.shortUrl, JSON_ONLY), 410, 'EXHAUSTED')
    await api.patch(`/links/${link.id}`, { requireSignature: true })
    expectRefusal(await visit(server, link.shortUrl, JSON_ONLY), 403, 'SIGNATURE_REQUIRED')
    await api.patch(`/links/${link.id}`, { requireSignature: false, maxClicks: 3 })
    expectRedirect(await visit(server, link.shortUrl), DESTINATION)
    await api.patch(`/links/${link.id}`, { maxClicks: null })
    expectRedirect(await visit(server, link.shortUrl), DESTINATION)
  })

  test('NOT_FOUND 404', async () => {
    expectRefusal(await visit(server, '/unknown', JSON_ONLY), 404, 'NOT_FOUND')
  })

  test('open from its start until just before its end', async () => {
    const start = Date.now() + 400
    const at = (ms: number) => new Date(ms).toISOString()
    const link = await api.link({ startsAt: at(start), expiresAt: at(start + 600) })
    const outcome = async () => (await visit(server, link.shortUrl, JSON_ONLY)).status
    expect(await outcome()).toBe(404)
    await expect.poll(outcome, { interval: 10, timeout: 2000 }).toBe(302)
    expect(Date.now()).toBeGreaterThanOrEqual(start)
    await expect.poll(outcome, { interval: 10, timeout: 2000 }).toBe(410)
    expect(Date.now()).toBeGreaterThanOrEqual(start + 600)
  })
})

describe('the page', () => {
  test('is small HTML that loads nothing and is not kept', async () => {
    const { status, headers, text } = await visit(server, '/unknown')
    expect(status).toBe(404)
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-language': 'en',
      'cache-control': 'private, no-store',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    })
    expect(text).toMatch(/^<!doctype html><html lang="en">/)
    expect(text).not.toMatch(/<script|https?:|src=/)
  })

  test.each([
    ['de-AT,en;q=0.5', 'de'],
    ['fr', 'fr'],
    ['xx, es;q=0.3', 'es'],
    ['xx', 'en'],
    ['constructor', 'en'],
  ])('for %s speaks %s', async (accept, language) => {
    const { headers, text } = await visit(server, '/unknown', { 'Accept-Language': accept })
    expect(headers['content-language']).toBe(language)
    expect(text).toContain(`<html lang="${language}">`)
  })

  test('repeats nothing of the visit', async () => {
    const headers = { 'Accept-Language': '"><script>', Referer: 'https://marker.example', Host: 'marker.example' }
    const { text } = await visit(server, '/marker?marker=<script>', headers)
    expect(text).not.toMatch(/marker|script/)
  })

  test.each(['text/html,application/json', '*/*', 'text/html', 'image/png'])('is for %s', async (Accept) => {
    expect((await visit(server, '/unknown', { Accept })).headers['content-type']).toMatch('text/html')
  })

  test.each(['application/json', 'application/json, */*', 'Application/JSON;q=0.9'])(
    'is not for %s',
    async (Accept) => {
      expectRefusal(await visit(server, '/unknown', { Accept }), 404, 'NOT_FOUND')
    },
  )
})

describe('HEAD', () => {
  test('gets what GET gets, without a body', async () => {
    const link = await api.link()
    expectRedirect(await visit(server, link.shortUrl, {}, 'HEAD'), DESTINATION)
    const missing = await visit(server, '/unknown', {}, 'HEAD')
    expect([missing.status, missing.text]).toEqual([404, ''])
  })

  test('on a link with claims carries no Location, and takes none', async () => {
    const link = await api.link({ maxClicks: 1 })
    for (let n = 0; n < 3; n++) {
      const { status, headers } = await visit(server, link.shortUrl, {}, 'HEAD')
      expect([status, headers.location]).toEqual([302, undefined])
    }
    expectRedirect(await visit(server, link.shortUrl), DESTINATION)
    expectRefusal(await visit(server, link.shortUrl, JSON_ONLY), 410, 'EXHAUSTED')
  })
})

test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'])('%s is 405', async (method) => {
  const link = await api.link()
  for (const path of [link.shortUrl, '/unknown', '/']) {
    const received = await visit(server, path, JSON_ONLY, method)
    expectRefusal(received, 405, 'METHOD_NOT_ALLOWED')
    expect(received.headers.allow).toBe('GET, HEAD')
  }
})

describe('no slug', async () => {
  await api.link({ customSlug: 'promo' })

  test.each([
    '/',
    '//',
    '/promo/',
    '//promo',
    '/promo/x',
    '/x/promo',
    '/%70romo',
    '/promo%20',
    '/promo%2F',
    '/promo%00',
    '/promo.',
    '/promo;x',
    '/Promo',
    '/pr',
    `/${'x'.repeat(41)}`,
    '/../promo',
    '/./promo',
    '/.env',
    '/favicon.ico',
    '/robots.txt',
    '/api/v2/links',
    `/${'x'.repeat(4000)}`,
  ])('%.40s', async (path) => {
    expectRefusal(await visit(server, path, JSON_ONLY), 404, 'NOT_FOUND')
    expect((await visit(server, path)).headers['content-type']).toMatch('text/html')
  })

  test('but a question mark ends one', async () => {
    for (const path of ['/promo', '/promo?', '/promo?a/b', '/promo?%zz']) {
      expectRedirect(await visit(server, path), DESTINATION)
    }
  })
})

test('rules, then platform, then destination', async () => {
  const link = await api.link({ iosUrl: 'https://example.com/ios', androidUrl: 'https://example.com/android' })
  await api.rule(link, { field: 'language', operator: 'equals', value: 'fr', redirectUrl: 'https://example.com/fr' })
  const go = (agent: string, language = 'en') => {
    return visit(server, link.shortUrl, { 'User-Agent': agent, 'Accept-Language': language })
  }
  expectRedirect(await go(AGENTS.iphone, 'fr'), 'https://example.com/fr')
  expectRedirect(await go(AGENTS.iphone), 'https://example.com/ios')
  expectRedirect(await go(AGENTS.android), 'https://example.com/android')
  expectRedirect(await go(AGENTS.chrome), DESTINATION)
})

test('a miss does not hide a link that is made right after it', async () => {
  expectRefusal(await visit(server, '/brand-new', JSON_ONLY), 404, 'NOT_FOUND')
  const link = await api.link({ customSlug: 'brand-new' })
  expectRedirect(await visit(server, link.shortUrl), DESTINATION)
})
