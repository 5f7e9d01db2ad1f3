// The kernel's fixed order, its headers and its failures, over the REST contract.
import { LinkwrightError, PLANS, type Storage } from '@linkwright/core'
import { memory } from '@linkwright/storage-memory'
import { beforeEach, describe, expect, test } from 'vitest'
import { answerOf, callOf, createWorld, NOW, type World } from '../test/world.ts'

const TARGET = { destinationUrl: 'https://example.com/a' }
const NOBODYS = 'lnk_01KRBQM7N0V9Z3X8W2Y6T4S5R1'
const BIG = JSON.stringify({ ...TARGET, title: 'x'.repeat(100_001) })

let world: World
let token: string
let readOnly: string
beforeEach(async () => {
  world = await createWorld()
  token = (await world.user('ada@example.org')).token
  readOnly = (await world.user('bob@example.org', ['links:read'])).token
})

describe('the base path', () => {
  test('is ours, whole, and nothing beside it', async () => {
    for (const path of ['/', '/api', '/api/v1x', '/api/v10/links', '/x/api/v1']) {
      expect(world.api(callOf({ path }))).toBeUndefined()
    }
    for (const path of ['', '/', '/nothing', '/links/', '/links//rules', '/Links', '/openapi.json/']) {
      expect(await world.call(null, 'GET', path)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' })
      expect(await world.call(token, 'GET', path)).toMatchObject({ status: 404, code: 'NOT_FOUND' })
    }
  })

  test('tells which methods a path has', async () => {
    const reply = await world.call(token, 'PUT', '/links')
    expect(reply).toMatchObject({ status: 405, code: 'METHOD_NOT_ALLOWED' })
    expect(reply.headers.get('allow')).toBe('GET, POST')
    expect(await world.call(token, 'HEAD', '/me')).toMatchObject({ status: 405 })
    expect(await world.call(null, 'PUT', '/links')).toMatchObject({ status: 401 })
  })

  test('counts unknown paths against the rate', async () => {
    const remaining = async () =>
      Number(/r=(\d+)/.exec((await world.call(token, 'GET', '/nothing')).headers.get('ratelimit')!)![1])
    expect((await remaining()) - (await remaining())).toBe(1)
  })
})

describe('the order', () => {
  test('credential, plan, scope, rate, body, premium, not found', async () => {
    const wrong = { 'content-type': 'text/plain' }
    const path = `/links/${NOBODYS}`
    const premium = JSON.stringify({ iosUrl: 'https://example.com/' })
    const patch = (token: string | null, body: string, headers = {}) => world.call(token, 'PATCH', path, body, headers)

    world.state.plan = PLANS.free
    expect(await patch(null, BIG, wrong)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' })
    expect(await patch('lw_pk_junk', BIG, wrong)).toMatchObject({ status: 401, code: 'INVALID_TOKEN' })
    expect(await patch(readOnly, BIG, wrong)).toMatchObject({ status: 403, code: 'PLAN_REQUIRED' })
    expect(await world.call(readOnly, 'GET', '/nothing')).toMatchObject({ status: 403, code: 'PLAN_REQUIRED' })
    world.state.plan = { ...PLANS.growth, requestsPerMinute: 4 }
    expect(await patch(readOnly, BIG, wrong)).toMatchObject({ status: 403, code: 'INSUFFICIENT_SCOPE' })
    expect(await patch(token, BIG, wrong)).toMatchObject({ status: 413, code: 'PAYLOAD_TOO_LARGE' })
    expect(await patch(token, '{', wrong)).toMatchObject({ status: 415, code: 'UNSUPPORTED_MEDIA_TYPE' })
    expect(await patch(token, '{')).toMatchObject({ status: 400, code: 'INVALID_JSON' })
    expect(await patch(token, '{"x":1}')).toMatchObject({ status: 400, code: 'VALIDATION_ERROR' })
    expect(await patch(token, BIG, wrong)).toMatchObject({ status: 429, code: 'RATE_LIMITED' })
    // What was refused before the rate did not count.
    world.state.now += 60_000
    expect(await patch(token, premium)).toMatchObject({ status: 403, code: 'PLAN_REQUIRED' })
    expect(await world.call(token, 'PATCH', '/links/nonsense', premium)).toMatchObject({ status: 403 })
    expect(await patch(token, '{}')).toMatchObject({ status: 404, code: 'NOT_FOUND' })
  })

  test('domain, slug, screening, cap', async () => {
    const ada = await world.user('carla@example.org')
    const domain = await world.core.domains.add(ada.owner, 'go.example.com')
    const create = (more: object) => world.call(ada.token, 'POST', '/links', { ...TARGET, ...more })
    const pending = { domainId: `dom_${domain.id}`, customSlug: 'first' }
    world.state.reputation = 'flagged'
    expect(await create({ ...pending, domainId: NOBODYS })).toMatchObject({ status: 404, code: 'DOMAIN_NOT_FOUND' })
    expect(await create(pending)).toMatchObject({ status: 409, code: 'DOMAIN_NOT_VERIFIED' })
    world.state.reputation = 'clear'
    expect(await create({ customSlug: 'first' })).toMatchObject({ status: 201 })
    world.state.reputation = 'flagged'
    world.state.plan = { ...PLANS.premium, linksPerMonth: 1 }
    expect(await create({ customSlug: 'first' })).toMatchObject({ status: 409, code: 'SLUG_TAKEN' })
    expect(await create({ customSlug: 'other' })).toMatchObject({ status: 422, code: 'URL_FLAGGED' })
    world.state.reputation = 'clear'
    const capped = await create({ customSlug: 'other' })
    expect(capped).toMatchObject({ status: 429, code: 'PLAN_LIMIT_EXCEEDED' })
    expect(Number(capped.headers.get('retry-after'))).toBe((Date.UTC(2026, 11, 1) - NOW) / 1000)
  })
})

describe('every reply', () => {
  test('has an id of its own and is nobody else’s to keep', async () => {
    const replies = [
      await world.call(null, 'GET', '/me'),
      await world.call(token, 'GET', '/me', undefined, { 'x-request-id': 'mine' }),
      await world.call(token, 'GET', '/nothing'),
      await world.call(null, 'GET', '/openapi.json'),
    ]
    for (const { headers } of replies) {
      expect(headers.get('x-request-id')).toMatch(/^req_\d+$/)
      expect(headers.get('cache-control')).toBe('private, no-store')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('content-type')).toBe('application/json; charset=utf-8')
      expect(headers.has('retry-after')).toBe(false)
    }
    expect(new Set(replies.map(({ headers }) => headers.get('x-request-id'))).size).toBe(replies.length)
  })

  test('to a deletion has no body and says nothing of one', async () => {
    const { json } = await world.call(token, 'POST', '/links', TARGET)
    const reply = await world.call(token, 'DELETE', `/links/${json.id}`)
    expect(reply.status).toBe(204)
    expect(reply.text).toBeUndefined()
    expect(reply.headers.has('content-type')).toBe(false)
    expect(reply.headers.has('x-request-id')).toBe(true)
  })
})

describe('rate limits', () => {
  test('let exactly the plan’s number pass, however parallel, and say so', async () => {
    world.state.plan = PLANS.growth
    const replies = await Promise.all(Array.from({ length: 80 }, () => world.call(token, 'GET', '/me')))
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(60)
    const refused = replies.filter(({ status }) => status === 429)
    expect(refused).toHaveLength(20)
    expect(refused[0]!.json).toEqual({
      error: 'Rate limit exceeded (60 req/min). Try again in 50s.',
      code: 'RATE_LIMITED',
    })
    expect(refused[0]!.headers.get('retry-after')).toBe('50')
    expect(refused[0]!.headers.get('ratelimit')).toBe('"default";r=0;t=50')
    expect(replies[0]!.headers.get('ratelimit-policy')).toBe('"default";q=60;w=60')
    expect(replies[0]!.headers.get('ratelimit')).toBe('"default";r=59;t=50')
    world.state.now = NOW - (NOW % 60_000) + 60_000
    expect(await world.call(token, 'GET', '/me')).toMatchObject({ status: 200 })
  })

  test('are each token’s own', async () => {
    world.state.plan = { ...PLANS.growth, requestsPerMinute: 1 }
    expect(await world.call(token, 'GET', '/me')).toMatchObject({ status: 200 })
    expect(await world.call(token, 'GET', '/me')).toMatchObject({ status: 429 })
    expect(await world.call(readOnly, 'GET', '/me')).toMatchObject({ status: 200 })
  })
})

describe('what fails unexpectedly', () => {
  const secretive = new Error('SELECT secret FROM /var/lib/links.db')

  test('is INTERNAL, with nothing of it in the reply and all of it in the log', async () => {
    const broken = await createWorld({ rest: { plan: () => Promise.reject(secretive) } })
    const reply = await broken.call((await broken.user('ada@example.org')).token, 'GET', '/me')
    expect(reply).toMatchObject({ status: 500, code: 'INTERNAL' })
    expect(reply.text).not.toMatch(/SELECT|links\.db|Error/)
    const id = reply.headers.get('x-request-id')
    expect(broken.log).toEqual([
      { level: 'error', context: { requestId: id, err: secretive }, message: 'A call failed unexpectedly' },
    ])
  })

  test('is UNAVAILABLE where the service says so, with when to come back', async () => {
    const refusing = await createWorld({ storage: withoutLinks(memory()) })
    const user = await refusing.user('ada@example.org')
    const reply = await refusing.call(user.token, 'GET', '/links')
    expect(reply).toMatchObject({ status: 503, code: 'UNAVAILABLE' })
    expect(reply.headers.get('retry-after')).toMatch(/^\d+$/)
  })
})

test('a deprecated contract says so on every reply', async () => {
  const since = Date.UTC(2026, 4, 9)
  const deprecated = { since, sunset: Date.UTC(2026, 10, 30), link: 'https://example.org/v2' }
  const old = await createWorld({ rest: { deprecated } })
  const { headers } = await answerOf(old.api, { path: '/api/v1/me' })
  expect(headers.get('linkwright-deprecation')).toBe('2026-11-30')
  expect(headers.get('deprecation')).toBe(`@${since / 1000}`)
  expect(headers.get('sunset')).toBe('Mon, 30 Nov 2026 00:00:00 GMT')
  expect(headers.get('link')).toBe('<https://example.org/v2>; rel="deprecation"; type="text/html"')
  expect((await world.call(null, 'GET', '/me')).headers.has('deprecation')).toBe(false)
})

/** A storage whose links are away. */
function withoutLinks(storage: Storage): Storage {
  const away = async () => {
    throw new LinkwrightError('UNAVAILABLE', undefined, undefined, { cause: new Error('disk') })
  }
  return { ...storage, of: (owner) => ({ ...storage.of(owner), links: { ...storage.of(owner).links, list: away } }) }
}
