// The table of error codes, row by row: each provoked on a running server, with its status and its one shape.
import { afterAll, describe, expect, test } from 'vitest'
import { api, DESTINATION, type Link } from './fixture/api.ts'
import { cliJson } from './fixture/command.ts'
import { type Code, expectFailure, STATUS } from './fixture/errors.ts'
import { createPerson, createToken } from './fixture/people.ts'
import { startServer } from './fixture/server.ts'
import type { Reply } from './fixture/wire.ts'

const server = await startServer()
afterAll(() => server.stop())
const { env } = server
const [premium, growth, free] = await Promise.all([
  createPerson(server, 'premium'),
  createPerson(server, 'growth'),
  createPerson(server, 'free'),
])
const [reader, busy, domain] = await Promise.all([
  createToken(env, premium.id, ['links:read']),
  createToken(env, growth.id),
  cliJson<{ id: string }>(['domain', 'add', '--user', premium.id, '--host', 'new.example.com'], env),
])
const { api: caller } = premium
const taken = await caller.link({ customSlug: 'taken' })
const create = (fields: object) => caller.post('/links', { destinationUrl: DESTINATION, ...fields })
const provoked = new Set<string>()

const ROWS: [Code, string, () => Promise<Reply<unknown>>][] = [
  ['UNAUTHENTICATED', 'No Authorization header', () => api(server).get('/me')],
  ['INVALID_TOKEN', 'Token malformed, revoked, or expired', () => api(server, 'snipt_pk_8c2f').get('/me')],
  ['PLAN_REQUIRED', "Caller's plan doesn't include API access", () => free.api.get('/me')],
  ['INSUFFICIENT_SCOPE', "Token doesn't carry the required scope", () => api(server, reader.token).post('/links', {})],
  ['NOT_FOUND', "Resource doesn't exist (or isn't yours)", () => growth.api.get(`/links/${taken.id}`)],
  ['INVALID_JSON', "Request body wasn't valid JSON", () => caller.post('/links', '{')],
  ['VALIDATION_ERROR', "Body didn't match the expected schema", () => caller.post('/links', {})],
  ['INVALID_SLUG', 'Custom slug failed regex check', () => create({ customSlug: 'a b' })],
  ['INVALID_SLUG', 'Custom slug failed reserved-word check', () => create({ customSlug: 'admin' })],
  [
    'INVALID_RULE',
    'Routing rule failed validation',
    () => {
      const rule = { field: 'city', operator: 'equals', value: 'Bern', redirectUrl: DESTINATION }
      return caller.post(`/links/${taken.id}/rules`, rule)
    },
  ],
  ['SLUG_TAKEN', 'Custom slug already exists on that domain', () => create({ customSlug: 'taken' })],
  ['DOMAIN_NOT_FOUND', 'domainId does not belong to caller', () => growth.api.post('/links', on(domain.id))],
  ['DOMAIN_NOT_VERIFIED', "Domain exists but isn't DNS-verified yet", () => caller.post('/links', on(domain.id))],
  [
    'PLAN_LIMIT_EXCEEDED',
    'Caller hit a plan-level cap',
    async () => {
      await cliJson(['usage', 'set', '--user', growth.id, '--meter', 'links', '--value', '500'], env)
      return growth.api.post('/links', { destinationUrl: DESTINATION })
    },
  ],
  [
    'RATE_LIMITED',
    'Caller hit the per-token request rate limit',
    async () => {
      const limited = api(server, busy.token)
      const replies = await Promise.all(Array.from({ length: 125 }, () => limited.get('/me')))
      return replies.find(({ status }) => status !== 200)!
    },
  ],
  ['METHOD_NOT_ALLOWED', 'wrong method', () => caller.call('DELETE', '/links')],
  ['PAYLOAD_TOO_LARGE', 'more than 100 kB', () => caller.post('/links', ' '.repeat(100_001))],
  ['UNSUPPORTED_MEDIA_TYPE', 'no JSON', () => caller.post('/links', 'x=y', { 'Content-Type': 'text/plain' })],
  [
    'IDEMPOTENCY_MISMATCH',
    'a key again with another body',
    async () => {
      await caller.post('/links', { destinationUrl: DESTINATION }, { 'Idempotency-Key': 'row' })
      return caller.post('/links', { destinationUrl: DESTINATION, title: 'x' }, { 'Idempotency-Key': 'row' })
    },
  ],
]

test.each(ROWS)('%s: %s', async (code, _, provoke) => {
  const reply = await provoke()
  expectFailure(reply, code)
  expect(Object.keys(reply.body as object).slice(0, 2)).toEqual(['error', 'code'])
  provoked.add(code)
})

test('the rows that have tests elsewhere are those that take a broken or a busy service', () => {
  const rest = Object.keys(STATUS).filter((code) => !provoked.has(code))
  expect(rest).toEqual(['URL_FLAGGED', 'INTERNAL', 'UNAVAILABLE', 'IDEMPOTENCY_IN_PROGRESS'])
})

describe('no error', () => {
  const MARKER = 'zzmarkerzz'
  test.each<[string, () => Promise<Reply<unknown>>]>([
    ['a path', () => caller.get(`/${MARKER}`)],
    ['an id', () => caller.get<Link>(`/links/${MARKER}`)],
    ['a query', () => caller.get(`/links?limit=${MARKER}`)],
    ['a name in the query that could be no field’s', () => caller.get(`/links?%3C${MARKER}%3E=1`)],
    ['a name in the body that could be no field’s', () => create({ [MARKER.repeat(5)]: 1 })],
    ['a slug', () => create({ customSlug: `${MARKER} x` })],
    ['a URL', () => create({ destinationUrl: `ftp://${MARKER}.example/` })],
    ['broken JSON', () => caller.post('/links', `{${MARKER}`)],
    ['a domain', () => create({ domainId: MARKER })],
    ['a cursor', () => caller.get(`/links?cursor=${MARKER}`)],
    ['a token', () => api(server, `lw_pk_${MARKER}`).get('/me')],
    [
      'a rule',
      () => caller.post(`/links/${taken.id}/rules`, { field: MARKER, operator: MARKER, value: 1, redirectUrl: MARKER }),
    ],
    ['a pattern', () => caller.post(`/links/${taken.id}/rules`, pattern(`(${MARKER}`))],
  ])('echoes %s', async (_, provoke) => {
    const { status, text } = await provoke()
    expect(status).toBeGreaterThanOrEqual(400)
    expect(text).not.toContain(MARKER)
  })
})

function on(domainId: string) {
  return { destinationUrl: DESTINATION, domainId }
}

function pattern(value: string) {
  return { field: 'country', operator: 'matches', value, redirectUrl: DESTINATION }
}
