// Visits while something else is away, deaf or slow: the storage, the news of other processes, the journal of clicks.
import { describe, expect, test } from 'vitest'
import { watched } from '../../test/watched.ts'
import { ALICE, createWorld, visitTo } from '../../test/world.ts'
import type { Journal } from '../clicks/journal.ts'
import { CACHE_DEFAULTS } from './cache.ts'

const HERE = 'https://example.com/landing'

describe('while storage is away', () => {
  /** A world whose link is known, but no longer believed. */
  async function known() {
    const { state, storage } = watched()
    const world = createWorld({ storage, cache: { ...CACHE_DEFAULTS, hitMs: 5000 } })
    await world.create({ customSlug: 'promo' })
    await world.create({ customSlug: 'other' })
    await world.visit('/promo')
    state.away = true
    state.reads = 0
    world.time.now += 5000
    return { ...world, state }
  }

  test('it is asked at most once a second for what is known', async () => {
    const { state, time, visit, core } = await known()
    for (let i = 0; i < 10; i++) expect((await visit('/promo'))?.url).toBe(HERE)
    expect(state.reads).toBe(1)
    time.now += 999
    expect((await visit('/promo'))?.url).toBe(HERE)
    expect(state.reads).toBe(1)
    time.now += 1
    for (let i = 0; i < 10; i++) expect((await visit('/promo'))?.url).toBe(HERE)
    expect(state.reads).toBe(2)
    expect(core.redirect.counts.stale).toBe(21)
  })

  test('it is asked for what is not known, each time', async () => {
    const { state, visit } = await known()
    await visit('/promo')
    for (let i = 0; i < 3; i++) await expect(visit('/other')).rejects.toThrow('away')
    expect(state.reads).toBe(4)
    state.away = false
    expect((await visit('/other'))?.url).toBe(HERE)
  })

  test('what is known is read anew within a second of its return', async () => {
    const { state, time, visit, core } = await known()
    await visit('/promo')
    state.away = false
    time.now += 1000
    expect((await visit('/promo'))?.url).toBe(HERE)
    expect(state.reads).toBe(2)
    expect(core.redirect.counts.stale).toBe(1)
  })

  test('what was known is served too after everything may have changed, but not what is known to have changed', async () => {
    const { state, storage } = watched()
    const { create, visit, core } = createWorld({ storage })
    for (const customSlug of ['promo', 'other']) await create({ customSlug })
    await visit('/promo')
    await visit('/other')
    state.away = true
    core.redirect.drop([{ kind: 'all' }])
    expect((await visit('/promo'))?.url).toBe(HERE)
    core.redirect.drop([{ kind: 'link', domainId: null, slug: 'other' }])
    await expect(visit('/other')).rejects.toThrow()
    state.away = false
  })

  test('while it is silent, what is known waits only a moment, and is read anew once it speaks', async () => {
    const { state, storage } = watched()
    const { create, visit, time, core } = createWorld({ storage, cache: { ...CACHE_DEFAULTS, hitMs: 5000 } })
    await create({ customSlug: 'promo' })
    await visit('/promo')
    const { promise, resolve } = Promise.withResolvers<void>()
    state.gate = promise
    time.now += 5000
    // It would wait for ever otherwise.
    expect((await visit('/promo'))?.url).toBe(HERE)
    expect((await visit('/promo'))?.url).toBe(HERE)
    expect(core.redirect.counts.stale).toBe(2)
    resolve()
    time.now += 1000
    await visit('/promo')
    expect(core.redirect.counts.stale).toBe(2)
  })

  test('a host is answered from memory as well, and asked for once a second', async () => {
    const { state, storage } = watched()
    const { create, visit, time, domain } = createWorld({ storage, cache: { ...CACHE_DEFAULTS, hitMs: 5000 } })
    const { id } = await domain('links.example.net')
    await create({ customSlug: 'promo', domainId: id })
    await visit('/promo', { host: 'links.example.net' })
    state.away = true
    state.hosts = 0
    time.now += 5000
    for (let i = 0; i < 5; i++) expect((await visit('/promo', { host: 'links.example.net' }))?.url).toBe(HERE)
    expect(state.hosts).toBe(1)
  })
})

describe('while nothing is heard of other processes', () => {
  test('a link is read anew after five seconds; with storage away too, it is served for five minutes', async () => {
    const { state, storage } = watched()
    const healthy = { storage: true }
    const world = createWorld({
      storage: { ...storage, watch: () => ({ healthy: () => healthy.storage, stop() {} }) },
    })
    const { id } = await world.create({ customSlug: 'promo' })
    world.core.listen()
    await world.visit('/promo')
    // Behind the service's back, as another process would.
    await storage.of(ALICE.owner).links.update(id, { disabled: true })
    world.time.now += 60_000
    expect(await world.visit('/promo')).toMatchObject({ outcome: 'redirect' })
    healthy.storage = false
    expect(await world.visit('/promo')).toMatchObject({ outcome: 'disabled' })
    expect(world.core.deafSince()).toBe(world.time.now)
    state.away = true
    world.time.now += 299_999
    expect(await world.visit('/promo')).toMatchObject({ outcome: 'disabled' })
    world.time.now += 1
    await expect(world.visit('/promo')).rejects.toThrow('away')
    healthy.storage = true
    expect(await world.visit('/promo')).toMatchObject({ outcome: 'disabled' })
  })
})

test('a click that is written first is answered after that', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const journal: Journal = { append: () => promise, drain: async () => 0, pending: 0, close: async () => {} }
  const { create, core, visit } = createWorld({ journal })
  await create({ customSlug: 'promo' })
  const order: string[] = []
  const answered = visit('/promo').then((decision) => order.push(decision!.outcome))
  await new Promise((done) => setImmediate(done))
  order.push('kept')
  resolve()
  await answered
  expect(order).toEqual(['kept', 'redirect'])
  expect(core.redirect.resolve(visitTo('/promo'))).toBeInstanceOf(Promise)
})
