// The door: every outcome as a reply, for browsers and for programs, mounted and alone.
import type { Decision } from '@linkwright/core'
import { memory } from '@linkwright/storage-memory'
import { beforeEach, describe, expect, test } from 'vitest'
import { answerOf, callOf, createWorld, readReply, type World } from '../test/world.ts'
import type { Reply } from './call.ts'

const TARGET = { destinationUrl: 'https://example.com/a' }

let mounted: World
let alone: World
let token: string
beforeEach(async () => {
  mounted = await createWorld()
  alone = await createWorld({ storage: mounted.storage, door: { standalone: true } })
  token = (await mounted.user('ada@example.org')).token
})

const link = async (more: object) => (await mounted.call(token, 'POST', '/links', { ...TARGET, ...more })).json
const visit = (path: string, headers: Record<string, string> = {}, method = 'GET', world = alone) =>
  answerOf(world.door, { method, path, headers })

describe('a redirect', () => {
  test('is 302 to the stored address, and nobody’s to keep', async () => {
    await link({ customSlug: 'promo' })
    const { status, headers, text } = await visit('/promo?next=https://evil.example')
    expect(status).toBe(302)
    expect(text).toBeUndefined()
    expect(Object.fromEntries(headers)).toEqual({
      location: 'https://example.com/a',
      'cache-control': 'private, no-store',
      'content-length': '0',
      'x-request-id': expect.any(String),
    })
    expect((await visit('/promo', {}, 'HEAD')).headers.get('location')).toBe('https://example.com/a')
  })

  test('of a cached link is answered at once', async () => {
    await link({ customSlug: 'promo' })
    const call = callOf({ path: '/promo' })
    expect(alone.door(call)).toBeInstanceOf(Promise)
    await alone.door(call)
    const reply = alone.door(call) as Reply
    expect(reply).not.toBeInstanceOf(Promise)
    expect(readReply(reply).status).toBe(302)
  })

  test('marks the visitor only where a rule asks for it', async () => {
    await link({ customSlug: 'plain' })
    const { id } = await link({ customSlug: 'again' })
    const rule = { field: 'returning', operator: 'equals', value: true, redirectUrl: 'https://example.com/back' }
    await mounted.call(token, 'POST', `/links/${id}/rules`, rule)
    expect((await visit('/plain')).headers.has('set-cookie')).toBe(false)
    const first = await visit('/again')
    expect(first.headers.get('set-cookie')).toBe(
      'lw_seen=1; Path=/again; Max-Age=31536000; HttpOnly; SameSite=Lax; Secure',
    )
    expect((await visit('/again', {}, 'HEAD')).headers.has('set-cookie')).toBe(false)
    const second = await visit('/again', { cookie: 'lw_seen=1' })
    expect(second.headers.get('location')).toBe('https://example.com/back')
    const open = await createWorld({ storage: mounted.storage, door: { origin: 'http://go.example.org' } })
    expect((await visit('/again', {}, 'GET', open)).headers.get('set-cookie')).not.toContain('Secure')
  })

  test('that is counted out shows a HEAD nothing', async () => {
    await link({ customSlug: 'once', maxClicks: 1 })
    const head = await visit('/once', {}, 'HEAD')
    expect(head.status).toBe(302)
    expect(head.headers.has('location')).toBe(false)
    expect((await visit('/once')).headers.get('location')).toBe(TARGET.destinationUrl)
    expect((await visit('/once')).status).toBe(410)
  })
})

describe('the other outcomes', () => {
  const make: [string, number, object][] = [
    ['disabled', 410, { disabled: true }],
    ['expired', 410, { expiresAt: '2026-01-01T00:00:00Z' }],
    ['not_yet', 404, { startsAt: '2027-01-01T00:00:00Z' }],
    ['signature_required', 403, { requireSignature: true }],
  ]
  test.each(make)('%s is %i', async (outcome, status, more) => {
    await link({ customSlug: 'promo', ...more })
    const page = await visit('/promo', { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' })
    expect(page.status).toBe(status)
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(page.text).toMatch(/^<!doctype html><html lang="en">/)
    expect(page.text).not.toContain('example.com')
    expect(page.headers.get('cache-control')).toBe('private, no-store')
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(page.headers.get('content-security-policy')).not.toContain('unsafe')
    const json = await visit('/promo', { accept: 'application/json' })
    expect(json).toMatchObject({ status, json: { error: expect.any(String), code: outcome.toUpperCase() } })
    expect(json.headers.has('location')).toBe(false)
  })

  test('archived, exhausted and a wrong signature', async () => {
    const archived = await link({ customSlug: 'old' })
    await mounted.call(token, 'PATCH', `/links/${archived.id}`, { archived: true })
    await link({ customSlug: 'signed', requireSignature: true })
    const code = async (path: string) => (await visit(path, { accept: 'application/json' })).code
    expect(await code('/old')).toBe('ARCHIVED')
    expect(await code('/signed?lw_exp=1&lw_kid=k&lw_sig=x')).toBe('SIGNATURE_INVALID')
  })

  test('a signed address opens, once if it says so', async () => {
    const { id } = await link({ customSlug: 'signed', requireSignature: true })
    const { url } = (await mounted.call(token, 'POST', `/links/${id}/sign`, { expiresInSeconds: 60, once: true })).json
    const path = url.slice('https://go.example.org'.length)
    expect((await visit(path, {}, 'HEAD')).headers.has('location')).toBe(false)
    expect((await visit(path)).headers.get('location')).toBe(TARGET.destinationUrl)
    expect((await visit(path, { accept: 'application/json' })).code).toBe('SIGNATURE_INVALID')
  })

  test('speak the visitor’s language', async () => {
    for (const [header, language] of [
      ['de-AT,de;q=0.9,en;q=0.8', 'de'],
      ['en;q=0.1, fr', 'fr'],
      ['it, es;q=0.5', 'es'],
      ['ja', 'en'],
      ['constructor', 'en'],
      ['de;q=0', 'en'],
      ['"><script>', 'en'],
    ]) {
      const page = await visit('/nothing', { 'accept-language': header! })
      expect(page.headers.get('content-language')).toBe(language)
      expect(page.text).toContain(`<html lang="${language}">`)
    }
  })

  test('can have the host’s own page', async () => {
    const world = await createWorld({
      door: {
        standalone: true,
        page: (kind, language) => `${kind} ${language}`,
        contentSecurityPolicy: "img-src 'self'",
      },
    })
    const page = await visit('/nothing', {}, 'GET', world)
    expect(page.text).toBe('not_found en')
    expect(page.headers.get('content-security-policy')).toBe("img-src 'self'")
  })
})

describe('what is no link', () => {
  const paths = ['/', '/nothing', '/a/b', '/nothing/', '/%61bc', '/ab', '*', '//nothing', '/api']

  test('goes on to the host when mounted', async () => {
    for (const path of paths) expect(await mounted.door(callOf({ path }))).toBeUndefined()
    for (const method of ['POST', 'PUT', 'OPTIONS', 'DELETE']) {
      expect(mounted.door(callOf({ method, path: '/nothing' }))).toBeUndefined()
    }
  })

  test('is recorded only where nobody else answers for it', async () => {
    const orphans: string[] = []
    const storage = memory()
    const { clicks } = storage.open
    const append: typeof clicks.append = async (batch, lone) => {
      orphans.push(...lone.map(({ slug }) => slug))
      await clicks.append(batch, lone)
    }
    const watched = { ...storage, open: { ...storage.open, clicks: { ...clicks, append } } }
    for (const standalone of [false, true]) {
      const world = await createWorld({ storage: watched, door: { standalone } })
      await world.door(callOf({ path: standalone ? '/ours' : '/theirs' }))
      await world.core.recorder.flush()
    }
    expect(orphans).toEqual(['ours'])
  })

  test('is 404 when alone, and a wrong method 405', async () => {
    for (const path of paths) {
      expect(await visit(path, { accept: 'application/json' })).toMatchObject({ status: 404, code: 'NOT_FOUND' })
    }
    const reply = await visit('/nothing', { accept: 'application/json' }, 'POST')
    expect(reply).toMatchObject({ status: 405, code: 'METHOD_NOT_ALLOWED' })
    expect(reply.headers.get('allow')).toBe('GET, HEAD')
  })

  test('is a deleted link too', async () => {
    const { id } = await link({ customSlug: 'promo' })
    expect((await visit('/promo', {}, 'GET', mounted)).status).toBe(302)
    await mounted.call(token, 'DELETE', `/links/${id}`)
    expect(await mounted.door(callOf({ path: '/promo' }))).toBeUndefined()
  })
})

test.each([
  [
    'at once',
    () => {
      throw new Error('SELECT 1')
    },
  ],
  ['later', () => Promise.reject(new Error('SELECT 1'))],
])('a storage that fails %s is 503, and in the log', async (_, resolve) => {
  const redirect = { ...alone.core.redirect, resolve: resolve as () => Promise<Decision> }
  const world = await createWorld({ door: { core: { redirect } } })
  const reply = await visit('/promo', {}, 'GET', world)
  expect(reply.status).toBe(503)
  expect(reply.headers.get('retry-after')).toBe('5')
  expect(reply.text).not.toContain('SELECT')
  expect(world.log).toMatchObject([{ level: 'error', context: { requestId: reply.headers.get('x-request-id') } }])
})
