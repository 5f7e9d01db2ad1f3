// The composition as a host sees it: acting for owners, its own users and plans, and a clean end.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Host, toNode } from '@linkwright/http'
import { memory } from '@linkwright/storage-memory'
import { afterEach, describe, expect, test } from 'vitest'
import { PLANS } from './index.ts'
import { type Linkwright, linkwright } from './linkwright.ts'
import type { LinkwrightOptions } from './options.ts'

const SECRET = '0123456789abcdef0123456789abcdef'
const TO = 'https://example.com/'
const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

function make(options: Partial<LinkwrightOptions> = {}): Linkwright {
  const made = linkwright({ origin: 'https://go.example.com', storage: memory(), secret: SECRET, ...options })
  ends.push(() => made.close())
  return made
}

async function listen(links: Linkwright): Promise<string> {
  const server: Server = createServer(toNode(links.api, links.redirects)).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  ends.push(() => new Promise((resolve) => server.close(resolve).closeAllConnections()))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('as(owner)', () => {
  test('does what the contract does, in its shapes', async () => {
    const team = make().as('team-1')
    const link = await team.links.create({ destinationUrl: TO, customSlug: 'promo' })
    expect(link).toMatchObject({ slug: 'promo', shortUrl: 'https://go.example.com/promo', trustScore: 90 })
    const rule = await team.rules.create(link.id, {
      field: 'country',
      operator: 'equals',
      value: 'de',
      redirectUrl: `${TO}de`,
    })
    expect((await team.rules.list(link.id)).data).toEqual([rule])
    const preview = await team.links.preview(link.id, { facts: { country: 'DE' } })
    expect(preview).toMatchObject({ outcome: 'redirect', url: `${TO}de`, ruleId: rule.id })
    expect((await team.links.update(link.id, { archived: true })).archivedAt).not.toBeNull()
    expect((await team.links.list()).data).toEqual([])
    expect((await team.links.list({ includeArchived: 'true' })).data).toHaveLength(1)
    const signed = await team.links.sign(link.id, { expiresInSeconds: 60 })
    expect(signed.url).toContain('https://go.example.com/promo?lw_exp=')
    await team.links.delete(link.id)
    await expect(team.links.get(link.id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('owners do not see each other, and named plans hold', async () => {
    const links = make()
    const one = links.as('one', { plan: 'free' })
    const link = await one.links.create({ destinationUrl: TO })
    await expect(links.as('two').links.get(link.id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(
      one.rules.create(link.id, { field: 'device', operator: 'equals', value: 'bot', redirectUrl: TO }),
    ).rejects.toMatchObject({
      code: 'PLAN_LIMIT_EXCEEDED',
    })
    await expect(links.as('one', { plan: 'gold' }).me()).rejects.toThrow('there is no plan "gold"')
  })

  test('scopes hold, and bad input says where', async () => {
    const links = make()
    const reader = links.as('one', { scopes: ['links:read'] })
    await expect(reader.links.create({ destinationUrl: TO })).rejects.toMatchObject({ code: 'INSUFFICIENT_SCOPE' })
    await expect(links.as('one', { scopes: ['all'] }).me()).rejects.toThrow('"all" is no scope')
    await expect(
      links.as('one').links.create({ destinationUrl: 'nope', title: 'x'.repeat(121) }),
    ).rejects.toMatchObject({
      code: 'VALIDATION_ERROR',
      details: [{ path: 'destinationUrl' }, { path: 'title' }],
    })
  })
})

describe('a host', () => {
  const host: Host = {
    identify: (call) => {
      const name = call.header('x-user')
      return name === undefined ? null : { owner: `team-of-${name}`, actor: name }
    },
    plan: () => PLANS.growth,
  }

  test('says who calls and on which plan', async () => {
    const base = await listen(make({ host }))
    const me = await fetch(`${base}/api/v1/me`, { headers: { 'X-User': 'ann' } })
    expect(await me.json()).toMatchObject({ userId: 'ann', tokenId: null, plan: 'growth' })
    expect((await fetch(`${base}/api/v1/me`)).status).toBe(401)
    const made = await fetch(`${base}/api/v1/links`, {
      method: 'POST',
      headers: { 'X-User': 'ann', 'Content-Type': 'application/json' },
      body: JSON.stringify({ destinationUrl: TO, customSlug: 'promo' }),
    })
    const { id } = (await made.json()) as { id: string }
    expect((await fetch(`${base}/api/v1/links/${id}`, { headers: { 'X-User': 'bob' } })).status).toBe(404)
    expect((await fetch(`${base}/promo`, { redirect: 'manual' })).headers.get('location')).toBe(TO)
  })

  test('tokens made here stand beside it', async () => {
    const links = make({ host })
    const base = await listen(links)
    const owner = { id: 'team-of-ann', subject: 'team-of-ann' }
    await links.core.accounts.ensure(owner)
    const { text } = await links.core.tokens.issue(owner, 'ann', { name: 'ci', scopes: ['links:read'] })
    const me = await fetch(`${base}/api/v1/me`, { headers: { Authorization: `Bearer ${text}` } })
    expect(await me.json()).toMatchObject({ userId: 'ann', scopes: ['links:read'], plan: 'growth' })
  })
})

describe('as(owner) beside a host', () => {
  test('asks for the plan on each call: an upgrade counts at once, and one failure is not kept', async () => {
    const answers = [PLANS.free, new Error('away'), PLANS.growth]
    const plan = () => {
      const answer = answers.shift()!
      if (answer instanceof Error) throw answer
      return answer
    }
    const team = make({ host: { identify: () => null, plan } }).as('team')
    expect((await team.me()).plan).toBe('free')
    await expect(team.me()).rejects.toThrow('away')
    expect((await team.me()).plan).toBe('growth')
  })
})

describe('options', () => {
  test.each([
    [{ origin: 'go.example.com' }, 'origin'],
    [{ origin: 'https://go.example.com/x' }, 'origin'],
    [{ apiBase: 'api' }, 'apiBase'],
    [{ linkBase: '/go/' }, 'linkBase'],
    [{ secret: 'short' }, 'weak'],
  ])('%j is refused by name', (options, name) => {
    expect(() => make(options)).toThrow(name)
  })

  test('production wants a secret', () => {
    const before = process.env.NODE_ENV
    process.env.NODE_ENV = 'production'
    try {
      expect(() => linkwright({ origin: 'https://go.example.com', storage: memory() })).toThrow('secret is required')
    } finally {
      process.env.NODE_ENV = before
    }
  })

  test('a base for links is part of every address, and other paths go on to the host', async () => {
    const links = make({ linkBase: '/go', origin: 'https://acme.example' })
    const base = await listen(links)
    const link = await links.as('team').links.create({ destinationUrl: TO, customSlug: 'promo' })
    expect(link.shortUrl).toBe('https://acme.example/go/promo')
    expect((await fetch(`${base}/go/promo`, { redirect: 'manual' })).status).toBe(302)
    expect((await fetch(`${base}/promo`, { redirect: 'manual' })).status).toBe(404)
    // Pages of the host itself are no short links, and may be pointed to.
    await expect(
      links.as('team').links.create({ destinationUrl: 'https://acme.example/pricing' }),
    ).resolves.toBeDefined()
    await expect(
      links.as('team').links.create({ destinationUrl: 'https://acme.example/go/promo' }),
    ).rejects.toMatchObject({
      code: 'VALIDATION_ERROR',
    })
  })

  test('segments that the host has mounted are no slugs', async () => {
    const links = make({ reserved: ['pricing'] })
    const create = links.as('team').links.create({ destinationUrl: TO, customSlug: 'Pricing' })
    await expect(create).rejects.toMatchObject({ code: 'INVALID_SLUG' })
  })
})

test('clicks are in the statistics after flush, and close hands over what is left', async () => {
  const links = make()
  const base = await listen(links)
  const team = links.as('team')
  const { id } = await team.links.create({ destinationUrl: TO, customSlug: 'promo' })
  const headers = { 'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' }
  await fetch(`${base}/promo`, { redirect: 'manual', headers })
  await links.flush()
  expect(await team.links.stats(id)).toMatchObject({ clicks: 1, people: 1, bots: 0, uniques: 1 })
  expect((await team.links.get(id)).clicks).toBe(1)
})
