// What a visit tells of the visitor, and who is believed about it: cookies, proxies, country headers.
import { afterAll, describe, expect, test } from 'vitest'
import { DESTINATION, type Headers, type Stats } from './fixture/api.ts'
import { cliJson } from './fixture/command.ts'
import { createPerson, type Person } from './fixture/people.ts'
import { type Server, startServer } from './fixture/server.ts'
import { expectRedirect, expectRefusal, JSON_ONLY, visit } from './fixture/visit.ts'

const COUNTRY = { COUNTRY_HEADER: 'X-Country' }
const [trusting, wary, strangers] = await Promise.all([
  startServer({ ...COUNTRY, TRUST_PROXY: '127.0.0.0/8, 10.0.0.0/8,2001:db8::/32' }),
  startServer(COUNTRY),
  startServer({ ...COUNTRY, TRUST_PROXY: '10.0.0.0/8' }),
])
afterAll(() => Promise.all([trusting.stop(), wary.stop(), strangers.stop()]))
const people = new Map<Server, Person>(
  await Promise.all(
    [trusting, wary, strangers].map(async (server) => [server, await createPerson(server, 'premium')] as const),
  ),
)
const ELSEWHERE = 'https://example.com/elsewhere'

async function linkWith(server: Server, field: string, value: unknown) {
  const { api } = people.get(server)!
  const link = await api.link()
  await api.rule(link, { field, operator: 'equals', value, redirectUrl: ELSEWHERE })
  return link
}

describe('returning', async () => {
  const { api } = people.get(trusting)!
  const link = await linkWith(trusting, 'returning', true)

  test('a cookie without an identifier in it tells who was sent through this link before', async () => {
    const first = await visit(trusting, link.shortUrl)
    expectRedirect(first, DESTINATION)
    const [cookie = '', ...more] = first.headers['set-cookie']!
    expect(more).toEqual([])
    expect(cookie).toMatch(/^lw_seen=1; /)
    expect(cookie.split('; ')).toEqual(expect.arrayContaining([`Path=/${link.slug}`, 'HttpOnly', 'SameSite=Lax']))
    expectRedirect(await visit(trusting, link.shortUrl, { Cookie: cookie.split(';')[0]! }), ELSEWHERE)
  })

  test('a HEAD, a refusal and a link without such a rule set none', async () => {
    expect((await visit(trusting, link.shortUrl, {}, 'HEAD')).headers['set-cookie']).toBeUndefined()
    await api.patch(`/links/${link.id}`, { disabled: true })
    expect((await visit(trusting, link.shortUrl)).headers['set-cookie']).toBeUndefined()
    expect((await visit(trusting, (await api.link()).shortUrl)).headers['set-cookie']).toBeUndefined()
  })
})

describe('the country header', () => {
  test.each<[string, Server, string]>([
    ['counts behind a trusted proxy', trusting, ELSEWHERE],
    ['is nobody’s word without TRUST_PROXY', wary, DESTINATION],
    ['is nobody’s word from another address', strangers, DESTINATION],
  ])('%s', async (_, server, url) => {
    const link = await linkWith(server, 'country', 'CH')
    expectRedirect(await visit(server, link.shortUrl, { 'X-Country': 'ch' }), url)
  })

  test.each(['XX', 'T1', 'CHE', '', 'C', 'CH, DE'])('%j is no country', async (value) => {
    const { api } = people.get(trusting)!
    const link = await api.link()
    await api.rule(link, { field: 'country', operator: 'not_in', value: ['US'], redirectUrl: ELSEWHERE })
    expectRedirect(await visit(trusting, link.shortUrl, { 'X-Country': value }), DESTINATION)
  })
})

describe('the client’s address', () => {
  /** How many visitors two visits are, told apart by nothing but their address. */
  async function visitors(server: Server, ...visits: Headers[]): Promise<number> {
    const { api } = people.get(server)!
    const link = await api.link()
    for (const headers of visits) await visit(server, link.shortUrl, headers)
    const read = async () => (await api.get<Stats>(`/links/${link.id}/stats`)).body
    await expect.poll(async () => (await read()).clicks, { timeout: 2000, interval: 100 }).toBe(visits.length)
    return (await read()).uniques
  }
  const from = (...hops: string[]) => ({ 'X-Forwarded-For': hops.join(', ') })

  test('is told by a trusted proxy', async () => {
    expect(await visitors(trusting, from('198.51.100.1'), from('198.51.100.2'))).toBe(2)
  })

  test('is the socket’s without TRUST_PROXY', async () => {
    expect(await visitors(wary, from('198.51.100.1'), from('198.51.100.2'))).toBe(1)
    expect(await visitors(strangers, from('198.51.100.1'), from('198.51.100.2'))).toBe(1)
  })

  test('is found from the right: what a client writes before it does not count', async () => {
    expect(await visitors(trusting, from('1.1.1.1', '198.51.100.1'), from('2.2.2.2', '198.51.100.1'))).toBe(1)
    expect(await visitors(trusting, from('198.51.100.1', '10.1.2.3'), from('198.51.100.2', '10.1.2.3'))).toBe(2)
    const both = [from('1.1.1.1', '198.51.100.1', '10.0.0.1', '2001:db8::7'), from('2.2.2.2', '198.51.100.1')]
    expect(await visitors(trusting, ...both)).toBe(1)
  })

  test('in several spellings is one', async () => {
    expect(await visitors(trusting, from('198.51.100.1'), from('198.51.100.1:4711'), from('::ffff:198.51.100.1'))).toBe(
      1,
    )
    expect(await visitors(trusting, from('2001:DB9::1'), from('[2001:db9::2]:443'))).toBe(1)
  })

  test('ends where a hop is no address', async () => {
    expect(await visitors(trusting, from('198.51.100.1', 'unknown'), from('198.51.100.2', 'unknown'))).toBe(1)
  })
})

describe('X-Forwarded-Host', () => {
  test('counts from a trusted proxy only', async () => {
    for (const [server, status] of [
      [trusting, 404],
      [wary, 302],
    ] as const) {
      const { api, id } = people.get(server)!
      await cliJson(['domain', 'add', '--user', id, '--host', 'go.example.net', '--verified'], server.env)
      const link = await api.link()
      const received = await visit(server, link.shortUrl, { ...JSON_ONLY, 'X-Forwarded-Host': 'go.example.net' })
      if (status === 404) expectRefusal(received, 404, 'NOT_FOUND')
      else expectRedirect(received, DESTINATION)
    }
  })
})
