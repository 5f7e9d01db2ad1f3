// Visits on a whole core: hosts, slugs, and the cache.
import { describe, expect, test } from 'vitest'
import { watched } from '../../test/watched.ts'
import { ALICE, BOB, createWorld, POLICY, visitTo } from '../../test/world.ts'
import { CACHE_DEFAULTS } from './cache.ts'
import type { Decision } from './visit.ts'

const HERE = 'https://example.com/landing'

const isSync = (decision: unknown): decision is Decision => !(decision instanceof Promise)

describe('the cache', () => {
  test('answers in the same tick once the link is there, and reads it once', async () => {
    const { state, storage } = watched()
    const { create, core } = createWorld({ storage })
    await create({ customSlug: 'promo' })
    const all = await Promise.all(Array.from({ length: 50 }, () => core.redirect.resolve(visitTo('/promo'))))
    expect(all.every((decision) => decision?.url === HERE)).toBe(true)
    expect(state.reads).toBe(1)
    const again = core.redirect.resolve(visitTo('/promo'))
    expect(isSync(again) && again.url).toBe(HERE)
    expect(state.reads).toBe(1)
  })

  test('shows an edit, a deletion and a new link to the very next visit', async () => {
    const { create, core, visit } = createWorld()
    expect((await visit('/promo'))?.outcome).toBe('not_found')
    const link = await create({ customSlug: 'promo' })
    expect((await visit('/promo'))?.url).toBe(HERE)
    await core.links.update(ALICE, link.id, { destinationUrl: 'https://example.com/new' })
    expect((await visit('/promo'))?.url).toBe('https://example.com/new')
    await core.links.update(ALICE, link.id, { disabled: true })
    expect((await visit('/promo'))?.outcome).toBe('disabled')
    await core.links.delete(ALICE, link.id)
    expect((await visit('/promo'))?.outcome).toBe('not_found')
  })

  test('never keeps what a change overtook while it was read', async () => {
    const { state, storage } = watched()
    const { create, core, visit } = createWorld({ storage })
    const link = await create({ customSlug: 'promo' })
    let open = () => {}
    state.gate = new Promise((resolve) => {
      open = resolve
    })
    const early = visit('/promo')
    await new Promise((resolve) => setImmediate(resolve))
    await core.links.update(ALICE, link.id, { destinationUrl: 'https://example.com/new' })
    state.gate = undefined
    const late = visit('/promo')
    open()
    expect((await early)?.url).toBe(HERE)
    expect((await late)?.url).toBe('https://example.com/new')
    expect((await visit('/promo'))?.url).toBe('https://example.com/new')
  })

  test('believes a miss for two seconds', async () => {
    const { state, storage } = watched()
    const { time, visit } = createWorld({ storage })
    await visit('/nothing')
    time.now += 1999
    await visit('/nothing')
    expect(state.reads).toBe(1)
    time.now += 1
    await visit('/nothing')
    expect(state.reads).toBe(2)
  })

  test('serves what it has for five minutes when storage is away, and counts it', async () => {
    const { state, storage } = watched()
    const { create, visit, time, core, domain } = createWorld({ storage, cache: { ...CACHE_DEFAULTS, hitMs: 5000 } })
    const { id } = await domain('links.example.net')
    await create({ customSlug: 'promo', domainId: id })
    await create({ customSlug: 'limited', domainId: id, maxClicks: 5 })
    const more = { host: 'links.example.net' }
    await visit('/promo', more)
    await visit('/nothing', more)
    state.away = true
    time.now += 4999
    expect((await visit('/promo', more))?.url).toBe(HERE)
    expect(core.redirect.counts.stale).toBe(0)
    time.now += 1
    expect((await visit('/promo', more))?.url).toBe(HERE)
    expect(core.redirect.counts.stale).toBe(1)
    await expect(visit('/limited', more)).rejects.toThrow('away')
    await expect(visit('/nothing', more)).rejects.toThrow('away')
    time.now += 300_000
    await expect(visit('/promo', more)).rejects.toThrow('away')
    state.away = false
    expect((await visit('/promo', more))?.url).toBe(HERE)
  })
})

describe('paths', () => {
  test.each([
    '/',
    '',
    '/ab',
    '/a/b',
    '/promo/',
    '//promo',
    '/pro%6do',
    '/promo%20',
    '/pro.mo',
    '/prömo',
    `/${'x'.repeat(41)}`,
  ])('%j is no slug and costs no look-up', async (path) => {
    const { state, storage } = watched()
    const { create, core } = createWorld({ storage })
    await create({ customSlug: 'promo' })
    state.hosts = 0
    expect(core.redirect.resolve(visitTo(path, { host: 'unknown.example' }))).toBeUndefined()
    expect(core.redirect.resolve(visitTo(path))).toBeUndefined()
    expect(state).toMatchObject({ reads: 0, hosts: 0 })
  })

  test('under a prefix only what stands below it', async () => {
    const { create, visit, domain } = createWorld({ policy: { ...POLICY, prefix: '/go' } })
    await create({ customSlug: 'promo' })
    expect((await visit('/go/promo'))?.url).toBe(HERE)
    for (const path of ['/promo', '/go', '/gopromo', '/go/', '/goo/promo', '/xgo/promo']) {
      expect(await visit(path)).toBeUndefined()
    }
    const { id } = await domain('links.example.net')
    await create({ customSlug: 'own', domainId: id })
    expect((await visit('/own', { host: 'links.example.net' }))?.url).toBe(HERE)
    expect(await visit('/go/own', { host: 'links.example.net' })).toBeUndefined()
  })

  test('slugs tell case apart, except where the domain does not', async () => {
    const { create, visit, domain } = createWorld()
    const { id } = await domain('links.example.net', ALICE.owner, false)
    await create({ customSlug: 'Promo' })
    await create({ customSlug: 'Promo', domainId: id })
    expect((await visit('/promo'))?.outcome).toBe('not_found')
    for (const path of ['/promo', '/Promo', '/PROMO']) {
      expect((await visit(path, { host: 'links.example.net' }))?.url).toBe(HERE)
    }
  })
})

describe('hosts', () => {
  async function twoHosts(options = {}) {
    const world = createWorld(options)
    const { id } = await world.domain('links.example.net', BOB.owner)
    await world.create({ customSlug: 'promo' })
    await world.create({ customSlug: 'promo', domainId: id, destinationUrl: 'https://example.com/bob' }, BOB)
    await world.create({ customSlug: 'only-bob', domainId: id }, BOB)
    await world.create({ customSlug: 'only-ours' })
    return { ...world, id }
  }

  test.each([
    'links.example.net',
    'LINKS.example.net',
    'links.example.net.',
    'links.example.net:8080',
    'Links.Example.Net.:443',
  ])('%s is the custom domain', async (host) => {
    const { visit } = await twoHosts()
    expect((await visit('/promo', { host }))?.url).toBe('https://example.com/bob')
    expect((await visit('/only-ours', { host }))?.outcome).toBe('not_found')
  })

  test.each([
    'go.example.org',
    'GO.example.org:80',
    'go.example.org.',
    'unknown.example',
    '10.0.0.1',
    '',
    'x.links.example.net',
  ])('%j has the links without a domain', async (host) => {
    const { visit } = await twoHosts()
    expect((await visit('/promo', { host }))?.url).toBe(HERE)
    expect((await visit('/only-bob', { host }))?.outcome).toBe('not_found')
  })

  test('the same slug on two hosts is two links, however they alternate', async () => {
    const { visit } = await twoHosts()
    for (let i = 0; i < 200; i++) {
      const ours = i % 2 === 0
      const decision = await visit('/promo', { host: ours ? 'go.example.org' : 'links.example.net' })
      expect(decision?.url).toBe(ours ? HERE : 'https://example.com/bob')
    }
  })

  test('where the host says so, no other host than ours is answered', async () => {
    const { visit } = await twoHosts({ policy: { ...POLICY, onlyOwnHosts: true } })
    expect((await visit('/promo', { host: 'GO.example.org.' }))?.url).toBe(HERE)
    expect((await visit('/promo', { host: 'links.example.net' }))?.url).toBe('https://example.com/bob')
    expect(await visit('/promo', { host: 'unknown.example' })).toBeUndefined()
  })

  test('a domain serves from its verification on', async () => {
    const { core, visit, create } = createWorld()
    const { id } = await core.domains.add(ALICE.owner, 'links.example.net')
    await create({ customSlug: 'promo' })
    expect((await visit('/promo', { host: 'links.example.net' }))?.url).toBe(HERE)
    await core.domains.verify(ALICE.owner, id)
    expect((await visit('/promo', { host: 'links.example.net' }))?.outcome).toBe('not_found')
  })

  test('a known host costs no look-up, and a flood of made-up ones does not push it out', async () => {
    const { state, storage } = watched()
    const { visit } = await twoHosts({ storage })
    const known = () => visit('/promo', { host: 'links.example.net' })
    await known()
    for (let i = 0; i < 11_000; i++) await visit('/promo', { host: `h${i}.example` })
    const { hosts } = state
    expect((await known())?.url).toBe('https://example.com/bob')
    expect(state.hosts).toBe(hosts)
  })
})
