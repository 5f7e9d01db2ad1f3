// Limits under parallel requests, in one process and in two on one file: what may happen once happens once.
import { afterAll, describe, expect, test } from 'vitest'
import { type Api, api, DESTINATION, type Link, type LinkList, type RuleList, type Signed } from './fixture/api.ts'
import { cliJson } from './fixture/command.ts'
import { expectFailure } from './fixture/errors.ts'
import { createToken, createUser } from './fixture/people.ts'
import { type Server, startServer, startTwin } from './fixture/server.ts'
import { AGENTS, JSON_ONLY, visit } from './fixture/visit.ts'

const one = await startServer()
afterAll(() => one.stop())
const two = await startTwin(one)
afterAll(() => two.stop())
const [user, quota] = await Promise.all([createUser(one.env, 'premium'), createUser(one.env, 'premium')])
/** Fresh ones for each round: a token may send 300 requests a minute. */
const tokens = await Promise.all([user, quota, user, quota].map((id) => createToken(one.env, id)))
const [first, firstQuota, second, secondQuota] = tokens.map(({ token }) => [api(one, token), api(two, token)] as const)

/** Runs as many calls at once, in turn on each of the callers. */
function together<T, C>(
  count: number,
  callers: readonly C[],
  call: (caller: C, n: number) => Promise<T>,
): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, n) => call(callers[n % callers.length]!, n)))
}

async function usedBy(id: string): Promise<number> {
  const shown = await cliJson<{ meters: { links: { value: number } } }>(['usage', 'show', '--user', id], one.env)
  return shown.meters.links.value
}

const tally = (replies: readonly { readonly status: number }[]) => {
  const counts: Record<number, number> = {}
  for (const { status } of replies) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

describe.each<[string, readonly Api[], readonly Api[], readonly Server[], number]>([
  ['one process', [first![0]], [firstQuota![0]], [one], 0],
  ['two processes', second!, secondQuota!, [one, two], 1],
])('%s', (_, callers, limited, servers, turn) => {
  const caller = callers[0]!

  test('at one link below the limit, 1 of 100 requests makes a link', async () => {
    await cliJson(['usage', 'set', '--user', quota, '--meter', 'links', '--value', '9999'], one.env)
    const replies = await together(100, limited, (each) => each.post('/links', { destinationUrl: DESTINATION }))
    expect(tally(replies)).toEqual({ 201: 1, 429: 99 })
    for (const reply of replies) if (reply.status === 429) expectFailure(reply, 'PLAN_LIMIT_EXCEEDED')
    expect(await usedBy(quota)).toBe(10_000)
    expect((await caller.get('/links')).status).toBe(200)
  })

  test('one custom slug is created once out of 100 requests, and counted once', async () => {
    const before = await usedBy(user)
    const fields = { destinationUrl: DESTINATION, customSlug: `wanted-${turn}` }
    const replies = await together(100, callers, (each) => each.post('/links', fields))
    expect(tally(replies)).toEqual({ 201: 1, 409: 99 })
    for (const reply of replies) if (reply.status === 409) expectFailure(reply, 'SLUG_TAKEN')
    expect(await usedBy(user)).toBe(before + 1)
  })

  test('rules added at once fill the cap of 25 and leave no gap', async () => {
    const link = await caller.link()
    const rule = { field: 'device', operator: 'equals', value: 'bot', redirectUrl: DESTINATION }
    const replies = await together(40, callers, (each) => each.post(`/links/${link.id}/rules`, rule))
    expect(tally(replies)).toEqual({ 201: 25, 429: 15 })
    const { data } = (await caller.get<RuleList>(`/links/${link.id}/rules`)).body
    expect(data.map(({ priority }) => priority)).toEqual(Array.from({ length: 25 }, (_, n) => n + 1))
  })

  test('a single-use address passes once out of 100 visits', async () => {
    const link = await caller.link({ requireSignature: true })
    const { url } = (await caller.post<Signed>(`/links/${link.id}/sign`, { expiresInSeconds: 60, once: true })).body
    const replies = await together(100, servers, (server) => visit(server, url, JSON_ONLY))
    expect(tally(replies)).toEqual({ 302: 1, 403: 99 })
  })

  test('maxClicks 10 redirects 10 of 200 visits', async () => {
    const link = await caller.link({ maxClicks: 10 })
    const replies = await together(200, servers, (server) => visit(server, link.shortUrl, JSON_ONLY))
    expect(tally(replies)).toEqual({ 302: 10, 410: 190 })
    await expect
      .poll(async () => (await caller.get<Link>(`/links/${link.id}`)).body.clicks, { timeout: 3000, interval: 200 })
      .toBe(10)
  })

  test('maxClicks counts bots and prefetches too, and no HEAD', async () => {
    const link = await caller.link({ maxClicks: 4 })
    const headers = [{ 'User-Agent': AGENTS.googlebot }, { 'Sec-Purpose': 'prefetch' }, {}]
    const visits = await together(30, servers, (server, n) =>
      visit(server, link.shortUrl, { ...JSON_ONLY, ...headers[n % 3] }),
    )
    await together(10, servers, (server) => visit(server, link.shortUrl, {}, 'HEAD'))
    expect(tally(visits)).toEqual({ 302: 4, 410: 26 })
  })

  test('twins with one Idempotency-Key make one link', async () => {
    const key = { 'Idempotency-Key': `twins-${turn}` }
    const fields = { destinationUrl: DESTINATION, title: `twins-${turn}` }
    const replies = await together(20, callers, (each) => each.post<Link>('/links', fields, key))
    for (const reply of replies) if (reply.status !== 201) expectFailure(reply, 'IDEMPOTENCY_IN_PROGRESS')
    const made = replies.filter(({ status }) => status === 201)
    expect(new Set(made.map(({ text }) => text)).size).toBe(1)
    const { data } = (await caller.get<LinkList>('/links?limit=200')).body
    expect(data.filter(({ title }) => title === fields.title).map(({ id }) => id)).toEqual([made[0]!.body.id])
    for (const each of callers) expect((await each.post('/links', fields, key)).text).toBe(made[0]!.text)
  })
})
