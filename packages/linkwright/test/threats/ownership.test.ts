// What is not yours is not there.
//
// | threat | test |
// |---|---|
// | reading or changing by id what belongs to somebody else | the matrix over every route with an id |
// | telling "not yours" from "not there" by body or headers | the same matrix: one answer, byte for byte |
// | naming a foreign domain or foreign rules inside a body | second ids |
// | a deleted link that leaves something to its slug's next one | what is deleted |
// | a page cursor, an Idempotency-Key or a list of somebody else | lists, replays |
import { type Contract, errorsOf } from '@linkwright/http'
import { restContracts } from '@linkwright/http/rest'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  DESTINATION,
  type Link,
  type LinkList,
  type Reply,
  type Rule,
  type RuleList,
  type Stats,
} from '../fixture/api.ts'
import { expectWithin } from '../fixture/clock.ts'
import { expectFailure } from '../fixture/errors.ts'
import { type Server, startServer } from '../fixture/server.ts'
import { expectRedirect, visit } from '../fixture/visit.ts'
import { type Crowd, type Member, openCrowd } from './crowd.ts'

let server: Server
let crowd: Crowd
let alice: Member
let bob: Member
let link: Link
let rule: Rule
const RULE = { field: 'country', operator: 'equals', value: 'US', redirectUrl: 'https://example.com/us' }

beforeAll(async () => {
  server = await startServer()
  crowd = await openCrowd(server)
  alice = await crowd.member()
  bob = await crowd.member({ tokens: 2 })
  link = await alice.api.link({ customSlug: 'alices', title: 'hers' })
  rule = await alice.api.rule(link, RULE)
})
afterAll(async () => {
  await crowd.close()
  await server.stop()
})

/** A body that each route takes, so that nothing but the id can be wrong. */
const BODIES: Readonly<Record<string, unknown>> = {
  updateLink: { title: 'taken over', destinationUrl: 'https://example.org/' },
  createRule: RULE,
  orderRules: { ruleIds: [] },
  updateRule: { redirectUrl: 'https://example.org/' },
  previewLink: {},
  signLink: { expiresInSeconds: 60 },
}

const withId = (Object.values(restContracts) as readonly Contract[]).filter(({ path }) => path.includes(':id'))

test('every route with an id is in the matrix', () => {
  expect(withId.map(({ name }) => name).sort()).toEqual(
    ['createRule', 'deleteLink', 'deleteRule', 'getLink', 'getStats', 'listRules', 'orderRules', 'previewLink']
      .concat(['signLink', 'updateLink', 'updateRule'])
      .sort(),
  )
  for (const contract of withId) expect(errorsOf(contract)).toContain('NOT_FOUND')
})

test.each(withId.map((contract) => [`${contract.method} ${contract.path}`, contract] as const))(
  '%s: foreign, deleted, random and malformed ids are one and the same 404',
  async (_, { name, method, path }) => {
    const isRule = path.startsWith('/rules')
    const prefix = isRule ? 'rul_' : 'lnk_'
    const mine = await bob.api.link()
    const gone = isRule ? await bob.api.rule(mine, RULE) : await bob.api.link()
    expect((await bob.api.delete(`${isRule ? '/rules' : '/links'}/${gone.id}`)).status).toBe(204)
    const foreign = isRule ? rule.id : link.id
    const ids = {
      foreign,
      deleted: gone.id,
      random: `${prefix}01J0000000000000000000000Z`,
      'of another kind': isRule ? mine.id : rule.id,
      'without prefix': foreign.slice(4),
      'in lower case': foreign.toLowerCase(),
      'prefix alone': prefix,
      number: '1',
      negative: '-1',
      prototype: '__proto__',
      dots: '..',
      'encoded slash': `${mine.id}%2F..%2F${foreign}`,
      NUL: `${foreign}%00`,
      'cut encoding': '%E0%A4%A',
      wildcard: `${prefix}%25`,
      quote: "'%20OR%20'1'='1",
      long: 'x'.repeat(4000),
    }
    const answers = new Map<string, Reply<unknown>>()
    for (const [kind, id] of Object.entries(ids)) {
      answers.set(kind, await bob.api.call(method, path.replace(':id', id), BODIES[name]))
    }
    const first = comparable(answers.get('foreign')!)
    expect(first.body).toMatchObject({ code: 'NOT_FOUND' })
    for (const [kind, reply] of answers) expect(comparable(reply), kind).toEqual(first)
  },
)

test('after all of this everything of hers is as it was', async () => {
  expect((await alice.api.get(`/links/${link.id}`)).body).toMatchObject({ ...link, updatedAt: expect.any(String) })
  expect((await alice.api.get<RuleList>(`/links/${link.id}/rules`)).body).toEqual({ data: [rule] })
})

test('a foreign, unverified or invented domain id is one and the same DOMAIN_NOT_FOUND', async () => {
  const verified = await alice.domain('links.alice.example')
  const unverified = await alice.domain('soon.alice.example', { verified: false })
  const answers: Reply<unknown>[] = []
  for (const domainId of [
    verified,
    unverified,
    'dom_01J0000000000000000000000Z',
    'dom_',
    '',
    'x',
    '__proto__',
    link.id,
  ]) {
    answers.push(await bob.api.post('/links', { destinationUrl: 'https://example.com/', domainId }))
  }
  for (const reply of answers) {
    expectFailure(reply, 'DOMAIN_NOT_FOUND')
    expect(comparable(reply)).toEqual(comparable(answers[0]!))
  }
  expectFailure(
    await alice.api.post('/links', { destinationUrl: 'https://example.com/', domainId: unverified }),
    'DOMAIN_NOT_VERIFIED',
  )
  expect((await bob.api.get<{ data: unknown[] }>('/domains')).body.data).toEqual([])
})

test("an order takes this link's rules and no others, and says no more about theirs than about nothing", async () => {
  const mine = await bob.api.link()
  const other = await bob.api.link()
  const first = await bob.api.rule(mine, RULE)
  const second = await bob.api.rule(mine, RULE)
  const elsewhere = await bob.api.rule(other, RULE)
  const answers: Reply<unknown>[] = []
  for (const id of [rule.id, elsewhere.id, 'rul_01J0000000000000000000000Z', first.id, 'x', '__proto__', '']) {
    answers.push(await bob.api.put(`/links/${mine.id}/rules/order`, { ruleIds: [first.id, id] }))
  }
  for (const reply of answers) {
    expectFailure(reply, 'VALIDATION_ERROR')
    expect(comparable(reply)).toEqual(comparable(answers[0]!))
  }
  const { body } = await bob.api.get<RuleList>(`/links/${mine.id}/rules`)
  expect(body.data.map(({ id }) => id)).toEqual([first.id, second.id])
  expect((await alice.api.get<RuleList>(`/links/${link.id}/rules`)).body.data).toEqual([rule])
})

test('what is deleted takes its rules and statistics with it, and its slug starts anew', async () => {
  const first = await bob.api.link({ customSlug: 'reborn', maxClicks: 1 })
  const old = await bob.api.rule(first, { ...RULE, operator: 'not_in', value: ['US'] })
  expect((await visit(server, '/reborn')).status).toBe(302)
  await expectWithin(5000, async () => (await bob.api.get<Stats>(`/links/${first.id}/stats`)).body.clicks).toBe(1)
  await bob.api.delete(`/links/${first.id}`)
  expectFailure(await bob.api.patch(`/rules/${old.id}`, { redirectUrl: DESTINATION }), 'NOT_FOUND')
  expectFailure(await bob.api.get(`/links/${first.id}/stats`), 'NOT_FOUND')
  const second = await bob.api.link({ customSlug: 'reborn', maxClicks: 1 })
  expect(second.clicks).toBe(0)
  expect((await bob.api.get<RuleList>(`/links/${second.id}/rules`)).body.data).toEqual([])
  expect((await bob.api.get<Stats>(`/links/${second.id}/stats`)).body).toMatchObject({
    clicks: 0,
    byDay: [],
    byRule: [],
  })
  expectRedirect(await visit(server, '/reborn'), DESTINATION)
})

test('a list holds what is yours, with whosever cursor', async () => {
  for (let i = 0; i < 3; i++) await alice.api.link()
  const theirs = (await alice.api.get<LinkList>('/links?limit=1')).body.pagination.nextCursor
  const mine = (await bob.api.get<LinkList>('/links?limit=200&includeArchived=true')).body.data
  const shown = (await bob.api.get<LinkList>(`/links?limit=200&cursor=${theirs}`)).body.data
  const hers = new Set((await alice.api.get<LinkList>('/links?limit=200')).body.data.map(({ id }) => id))
  expect(mine.length).toBeGreaterThan(0)
  for (const { id } of [...mine, ...shown]) expect(hers.has(id)).toBe(false)
})

test('a reply that is kept for repeats is replayed to nobody else', async () => {
  const body = { destinationUrl: 'https://example.com/secret', title: 'hers alone' }
  const key = { 'Idempotency-Key': 'one-key-for-two' }
  const hers = await alice.api.post<Link>('/links', body, key)
  const his = await bob.api.post<Link>('/links', body, key)
  expect([hers.status, his.status]).toEqual([201, 201])
  expect(his.body.id).not.toBe(hers.body.id)
})

/** A reply without what differs from call to call: its id, the time, and the rate. */
function comparable({ status, headers, body, text }: Reply<unknown>) {
  const { 'x-request-id': _id, date: _date, ratelimit: _rate, ...same } = headers
  return { status, headers: same, body, text }
}
