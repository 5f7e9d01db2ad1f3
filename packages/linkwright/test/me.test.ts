// GET /me, and the documentation's curl commands byte for byte.
import { afterAll, describe, expect, test } from 'vitest'
import type { Link, LinkList, Me } from './fixture/api.ts'
import { cliJson } from './fixture/command.ts'
import { curl } from './fixture/curl.ts'
import { expectFailure } from './fixture/errors.ts'
import { createPerson } from './fixture/people.ts'
import { startServer } from './fixture/server.ts'

const server = await startServer()
afterAll(() => server.stop())
const person = await createPerson(server, 'growth', ['links:read', 'links:write'])
const run = <T>(command: string) => curl<T>(server, person.api.token!, command)

test('GET /me', async () => {
  const reply = await run<Me>(`curl https://snipt.io/api/v1/me \\
  -H "Authorization: Bearer $SNIPT_TOKEN"`)
  expect(reply.status).toBe(200)
  expect(reply.body).toEqual({
    userId: person.id,
    tokenId: person.tokenId,
    scopes: ['links:read', 'links:write'],
    plan: 'growth',
    limits: { apiRequestsPerMinute: 60, linksPerMonth: 500, routingRulesPerLink: 5 },
  })
  expect(person.id).toMatch(/^usr_[0-9A-HJKMNP-TV-Z]{26}$/)
  expect(person.tokenId).toMatch(/^tok_[0-9A-HJKMNP-TV-Z]{26}$/)
})

describe('the links of the documentation', () => {
  let created: Link

  test('POST /links', async () => {
    const reply = await run<Link>(`curl https://snipt.io/api/v1/links \\
  -X POST \\
  -H "Authorization: Bearer $SNIPT_TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{
    "destinationUrl": "https://example.com/promo",
    "title": "Spring promo",
    "customSlug": "promo"
  }'`)
    expect(reply.status).toBe(201)
    created = reply.body
    expect(created).toEqual({
      id: expect.stringMatching(/^lnk_[0-9A-HJKMNP-TV-Z]{26}$/),
      slug: 'promo',
      destinationUrl: 'https://example.com/promo',
      title: 'Spring promo',
      iosUrl: null,
      androidUrl: null,
      domainId: null,
      requireSignature: false,
      trustScore: 90,
      trustReason: '+30 HTTPS, +10 reputable TLD',
      archivedAt: null,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      updatedAt: created.createdAt,
      shortUrl: `${server.origin}/promo`,
      maxClicks: null,
      clicks: 0,
      startsAt: null,
      expiresAt: null,
      disabled: false,
    })
    expect(Math.abs(Date.parse(created.createdAt) - Date.now())).toBeLessThan(5000)
  })

  test('GET /links', async () => {
    const reply = await run<LinkList>(`curl "https://snipt.io/api/v1/links?limit=10" \\
  -H "Authorization: Bearer $SNIPT_TOKEN"`)
    expect(reply.status).toBe(200)
    expect(reply.body).toEqual({ data: [created], pagination: { limit: 10, count: 1, nextCursor: null } })
  })

  test('GET /links/:id has the same shape', async () => {
    expect((await person.api.get(`/links/${created.id}`)).body).toEqual(created)
  })
})

test('a different plan counts from the next request on', async () => {
  await cliJson(['user', 'update', person.id, '--plan', 'premium'], server.env)
  expect((await person.api.get('/me')).body).toMatchObject({ plan: 'premium', limits: { apiRequestsPerMinute: 300 } })
  await cliJson(['user', 'update', person.id, '--plan', 'core'], server.env)
  expectFailure(await person.api.get('/me'), 'PLAN_REQUIRED')
  await cliJson(['user', 'update', person.id, '--plan', 'growth'], server.env)
})

test.each(['?', '?x=1', '?userId=usr_x'])('GET /me%s: nothing may be asked of it', async (query) => {
  const reply = await person.api.get(`/me${query}`)
  if (query === '?') expect(reply.status).toBe(200)
  else expectFailure(reply, 'VALIDATION_ERROR')
})
