// Custom domains: what the API lists of them, what links on them need, and whose links a host serves.
import { afterAll, describe, expect, test } from 'vitest'
import { DESTINATION, type DomainList } from './fixture/api.ts'
import { cliFails, cliJson } from './fixture/command.ts'
import { expectFailure } from './fixture/errors.ts'
import { createPerson } from './fixture/people.ts'
import { startServer } from './fixture/server.ts'
import { expectRedirect, expectRefusal, JSON_ONLY, visit } from './fixture/visit.ts'

interface Domain {
  readonly id: string
  readonly host: string
  readonly verified: boolean
}

const server = await startServer()
afterAll(() => server.stop())
const [first, second] = await Promise.all([createPerson(server, 'growth'), createPerson(server, 'growth')])
const add = (user: string, host: string, ...more: string[]) =>
  cliJson<Domain>(['domain', 'add', '--user', user, '--host', host, ...more], server.env)
const go = (host: string, path: string) => visit(server, path, { ...JSON_ONLY, Host: host })

const [mine, theirs, pending, loose] = await Promise.all([
  add(first.id, 'go.first.example', '--verified'),
  add(second.id, 'go.second.example', '--verified'),
  add(first.id, 'pending.first.example'),
  add(first.id, 'loose.first.example', '--verified', '--case-insensitive'),
])

test('GET /domains lists yours, newest first', async () => {
  const { status, body } = await first.api.get<DomainList>('/domains')
  expect(status).toBe(200)
  expect(body.pagination).toEqual({ limit: 50, count: 3, nextCursor: null })
  expect(body.data).toHaveLength(3)
  expect(body.data).toEqual(expect.arrayContaining([mine, pending, loose]))
  expect(body.data.map(({ id }) => id)).toEqual(
    body.data
      .map(({ id }) => id)
      .toSorted()
      .reverse(),
  )
  expect(mine).toEqual({
    id: expect.stringMatching(/^dom_[0-9A-HJKMNP-TV-Z]{26}$/),
    host: 'go.first.example',
    verified: true,
    createdAt: expect.stringMatching(/\.\d{3}Z$/),
  })
  expect(pending.verified).toBe(false)
  expect((await second.api.get<DomainList>('/domains')).body.data).toEqual([theirs])
})

test('GET /domains goes page by page', async () => {
  const page = (await first.api.get<DomainList>('/domains?limit=2')).body
  const rest = (await first.api.get<DomainList>(`/domains?limit=2&cursor=${page.pagination.nextCursor}`)).body
  expect([...page.data, ...rest.data].map(({ id }) => id).sort()).toEqual([mine.id, pending.id, loose.id].sort())
  for (const query of ['limit=0', 'limit=201', 'cursor=x', 'verified=true']) {
    expectFailure(await first.api.get(`/domains?${query}`), 'VALIDATION_ERROR')
  }
})

describe('a link on a domain', () => {
  const create = (fields: object) => first.api.post('/links', { destinationUrl: DESTINATION, ...fields })

  test('lives there and nowhere else', async () => {
    const link = await first.api.link({ domainId: mine.id, customSlug: 'here' })
    expect(link).toMatchObject({ domainId: mine.id, shortUrl: 'http://go.first.example/here' })
    expectRedirect(await go('go.first.example', '/here'), DESTINATION)
    for (const host of [`localhost:${server.port}`, 'go.second.example', 'pending.first.example', 'nowhere.example']) {
      expectRefusal(await go(host, '/here'), 404, 'NOT_FOUND')
    }
  })

  test('shares its slug with links elsewhere', async () => {
    await second.api.link({ domainId: theirs.id, customSlug: 'same', destinationUrl: 'https://example.com/2' })
    await first.api.link({ domainId: mine.id, customSlug: 'same', destinationUrl: 'https://example.com/1' })
    await first.api.link({ customSlug: 'same', destinationUrl: 'https://example.com/0' })
    expectRedirect(await go('go.first.example', '/same'), 'https://example.com/1')
    expectRedirect(await go('go.second.example', '/same'), 'https://example.com/2')
    expectRedirect(await go(`localhost:${server.port}`, '/same'), 'https://example.com/0')
    expectFailure(await create({ domainId: mine.id, customSlug: 'same' }), 'SLUG_TAKEN')
  })

  test('needs a domain of yours: 404 DOMAIN_NOT_FOUND', async () => {
    for (const domainId of [theirs.id, 'dom_00000000000000000000000000', 'dom_x', 'x', '']) {
      expectFailure(await create({ domainId }), 'DOMAIN_NOT_FOUND')
    }
    expectFailure(await create({ domainId: 7 }), 'VALIDATION_ERROR', 'domainId')
    expect((await first.api.link({ domainId: null })).domainId).toBeNull()
  })

  test('needs a verified one: 409 DOMAIN_NOT_VERIFIED, until it is', async () => {
    const host = 'later.first.example'
    const later = await add(first.id, host)
    expectFailure(await create({ domainId: later.id }), 'DOMAIN_NOT_VERIFIED')
    expectRefusal(await go(host, '/later'), 404, 'NOT_FOUND')
    const verified = await cliJson(['domain', 'verify', later.id], server.env)
    expect(verified).toEqual({ ...later, verified: true })
    await first.api.link({ domainId: later.id, customSlug: 'later' })
    await expect.poll(async () => (await go(host, '/later')).status, { timeout: 1000 }).toBe(302)
  })

  test('is looked up without case where its domain ignores case', async () => {
    await first.api.link({ domainId: loose.id, customSlug: 'CamelCase' })
    expectRedirect(await go('loose.first.example', '/camelCASE'), DESTINATION)
    expectFailure(await create({ domainId: loose.id, customSlug: 'camelcase' }), 'SLUG_TAKEN')
  })

  test('does not lead back into one of our own short domains', async () => {
    expectFailure(
      await create({ destinationUrl: 'https://go.second.example/xyz' }),
      'VALIDATION_ERROR',
      'destinationUrl',
    )
  })
})

describe('the Host header', () => {
  test.each(['GO.First.Example', 'go.first.example:8443', 'go.first.example.', 'go.first.example.:80'])(
    '%s is the domain',
    async (host) => {
      const slug = `host-${host.length}${host.includes(':')}`
      await first.api.link({ domainId: mine.id, customSlug: slug })
      expectRedirect(await go(host, `/${slug}`), DESTINATION)
    },
  )

  test.each(['unknown.example', '127.0.0.1', '[::1]:80', 'pending.first.example', 'xgo.first.example'])(
    '%s resolves links without a domain',
    async (host) => {
      const link = await first.api.link()
      expectRedirect(await go(host, `/${link.slug}`), DESTINATION)
    },
  )

  test('X-Forwarded-Host counts for nothing without a trusted proxy', async () => {
    await first.api.link({ domainId: mine.id, customSlug: 'forwarded' })
    expectRefusal(await visit(server, '/forwarded', { ...JSON_ONLY, 'X-Forwarded-Host': mine.host }), 404, 'NOT_FOUND')
  })
})

describe('several may claim a host', () => {
  test('and one may verify it', async () => {
    const [one, two] = [await add(first.id, 'shared.example'), await add(second.id, 'shared.example')]
    await cliJson(['domain', 'verify', two.id], server.env)
    expect(await cliFails(2, ['domain', 'verify', one.id], server.env)).toMatch(/verified/)
    expectFailure(
      await first.api.post('/links', { destinationUrl: DESTINATION, domainId: one.id }),
      'DOMAIN_NOT_VERIFIED',
    )
    await second.api.link({ domainId: two.id })
  })

  test.each(['localhost', 'http://a.example', 'a.example/x', 'a..example', '1.2.3.4', 'a_b', ''])(
    '%j is no host to claim',
    async (host) => {
      expect(await cliFails(2, ['domain', 'add', '--user', first.id, '--host', host], server.env)).toContain('host')
    },
  )
})
