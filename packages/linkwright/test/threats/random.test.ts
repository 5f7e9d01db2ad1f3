// Whatever is sent, in any mixture of right and wrong: no answer is a 5xx, and each is one of the documented ones.
//
// | threat | test |
// |---|---|
// | what nobody thought of | random calls of the API, random visits, both from a grammar of this contract |
// | one link changed, ruled, signed, visited and deleted in the same moment | everything at once |
// | insides of the server in an answer or its log | the same: stacks, queries, paths; no line of level error |
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BASE, type Link, type Rule } from '../fixture/api.ts'
import { checkReply } from '../fixture/promises.ts'
import { type Server, startServer } from '../fixture/server.ts'
import { visit } from '../fixture/visit.ts'
import { send } from '../fixture/wire.ts'
import { type Crowd, type Member, type Minted, openCrowd } from './crowd.ts'
import { calls, visits } from './grammar.ts'

let server: Server
let crowd: Crowd
let member: Member
let tokens: Minted[]
let link: Link
let rule: Rule
let domainId: string

beforeAll(async () => {
  server = await startServer()
  crowd = await openCrowd(server)
  member = await crowd.member()
  tokens = [
    await member.mint(),
    await member.mint(),
    await member.mint(),
    await member.mint(['links:read', 'rules:write']),
  ]
  link = await member.api.link()
  // Of its own, since nothing but visits may come to it.
  await member.api.link({ customSlug: 'random' })
  rule = await member.api.rule(link, {
    field: 'country',
    operator: 'equals',
    value: 'US',
    redirectUrl: 'https://example.com/us',
  })
  domainId = await member.domain('random.example')
})
afterAll(async () => {
  await crowd.close()
  // Ends with code 0, and without one line of level error.
  await server.stop()
})

test('900 random calls of the API', async () => {
  const seen = new Set<number>()
  await fc.assert(
    fc.asyncProperty(calls, async ({ method, path, query, body, headers }) => {
      const fill = (text: string) =>
        text.replaceAll('@link', link.id).replaceAll('@rule', rule.id).replaceAll('@domain', domainId)
      const credential = headers.Authorization.replace(/^@token(\d)$/, (_, at) => `Bearer ${tokens[Number(at)]!.token}`)
      const target = `${fill(path)}${query}`
      const reply = await send(server.port, {
        method,
        path: `${BASE}${target}`,
        headers: { ...headers, Authorization: credential },
        // GET and DELETE may carry one too; nobody reads it.
        body: typeof body === 'string' ? fill(body) : body,
      })
      seen.add(reply.status)
      expect(reply.status, `${method} ${target}`).toBeLessThan(500)
      checkReply(method, target.split('?', 1)[0]!, reply)
    }),
    { numRuns: 900, timeout: 10_000 },
  )
  // The mixture is a good one only if it gets everywhere.
  expect([...seen]).toEqual(expect.arrayContaining([200, 201, 400, 401, 403, 404, 405, 415]))
})

test('500 random visits', async () => {
  const seen = new Set<number>()
  await fc.assert(
    fc.asyncProperty(visits, async ({ method, path, query, headers }) => {
      const { status, headers: told, text } = await visit(server, `${path}${query}`, headers, method)
      seen.add(status)
      expect([200, 302, 404, 405], `${method} ${path}`).toContain(status)
      if (path === '/healthz' || path === '/readyz') return
      expect(told['cache-control']).toBe('private, no-store')
      expect(told['x-request-id']).toMatch(/\S/)
      expect(told.location === undefined).toBe(status !== 302)
      expect(text).not.toMatch(/\n\s+at |node:internal|node_modules|sqlite|undefined|\[object/i)
    }),
    { numRuns: 500 },
  )
  expect([...seen]).toEqual(expect.arrayContaining([302, 404, 405]))
})

test('everything at once on one link, up to its end', async () => {
  const { api } = await member.mint()
  const busy = await api.link({ maxClicks: 20 })
  const condition = { field: 'device', operator: 'equals', value: 'tv', redirectUrl: 'https://example.com/tv' }
  const turns = Array.from({ length: 12 }, (_, i) => [
    api.patch(`/links/${busy.id}`, { title: `turn ${i}`, requireSignature: i % 2 === 0, archived: i % 3 === 0 }),
    api.post(`/links/${busy.id}/rules`, condition),
    api.post(`/links/${busy.id}/preview`, {}),
    api.post(`/links/${busy.id}/sign`, { expiresInSeconds: 5, once: true }),
    api.get(`/links/${busy.id}/stats`),
    api.put(`/links/${busy.id}/rules/order`, { ruleIds: [] }),
    visit(server, `/${busy.slug}`),
    ...(i === 8 ? [api.delete(`/links/${busy.id}`), api.delete(`/links/${busy.id}`)] : []),
  ])
  for (const { status } of await Promise.all(turns.flat())) {
    expect([200, 201, 204, 302, 400, 403, 404, 410]).toContain(status)
  }
  expect((await visit(server, `/${busy.slug}`)).status).toBe(404)
  expect((await api.get(`/links/${busy.id}`)).status).toBe(404)
})
