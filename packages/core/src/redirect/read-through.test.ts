// The cache that processes share: it saves readings, is dropped by writes, and never holds what a signature guards.
import { memory } from '@linkwright/storage-memory'
import { expect, test, vi } from 'vitest'
import { ALICE, createWorld } from '../../test/world.ts'
import type { Change } from '../channel.ts'
import { createMemoryJournal } from '../clicks/journal.ts'
import type { Storage } from '../storage.ts'
import { sharedKey, throughShared } from './read-through.ts'
import type { SharedCache, Snapshot } from './store.ts'

const HERE = 'https://example.com/landing'

/** A shared cache in this process, as strict about leases as one elsewhere. */
function createShared() {
  const values = new Map<string, Snapshot | null>()
  const leases = new Map<string, string>()
  const log: string[] = []
  const state = { away: false, number: 0 }
  const cache: SharedCache = {
    async get(key) {
      if (state.away) return { lease: null }
      const snapshot = values.get(key)
      if (snapshot !== undefined) return { snapshot }
      if (leases.has(key)) return { lease: null }
      leases.set(key, String(++state.number))
      return { lease: leases.get(key)! }
    },
    async set(key, lease, snapshot) {
      if (leases.get(key) !== lease) return
      log.push(`set ${key}`)
      leases.delete(key)
      values.set(key, snapshot)
    },
    async drop(keys) {
      log.push(`drop ${keys.join(' ')}`)
      for (const key of keys) {
        values.delete(key)
        leases.delete(key)
      }
    },
  }
  return { cache, values, state, log }
}

/** Two processes on one storage, with one shared cache and no other news between them. */
function twoProcesses() {
  const memoryStorage = memory()
  const shared = createShared()
  const state = { reads: 0, gate: undefined as Promise<void> | undefined }
  const storage: Storage = {
    ...memoryStorage,
    open: {
      ...memoryStorage.open,
      snapshots: {
        async get(domainId, slugKey) {
          state.reads++
          const snapshot = await memoryStorage.open.snapshots.get(domainId, slugKey)
          await state.gate
          return snapshot
        },
      },
    },
  }
  const processOf = () => createWorld({ storage, sharedCache: shared.cache, journal: createMemoryJournal(100) })
  return { shared, state, one: processOf(), two: processOf() }
}

test('what one process has read, another one need not read', async () => {
  const { one, two, state } = twoProcesses()
  await one.create({ customSlug: 'promo' })
  expect((await one.visit('/promo'))?.url).toBe(HERE)
  expect((await two.visit('/promo'))?.url).toBe(HERE)
  expect(state.reads).toBe(1)
  expect((await one.visit('/nothing'))?.outcome).toBe('not_found')
  expect((await two.visit('/nothing'))?.outcome).toBe('not_found')
  expect(state.reads).toBe(2)
})

test('a write drops it there before it is answered', async () => {
  const { one, two, shared } = twoProcesses()
  const { id } = await one.create({ customSlug: 'promo' })
  await one.visit('/promo')
  await one.core.links.update(ALICE, id, { destinationUrl: 'https://example.com/new' })
  expect(shared.values.size).toBe(0)
  expect((await two.visit('/promo'))?.url).toBe('https://example.com/new')
})

test('what a write has overtaken while it was read is not put there', async () => {
  const { one, two, shared, state } = twoProcesses()
  const { id } = await one.create({ customSlug: 'promo' })
  const { promise, resolve } = Promise.withResolvers<void>()
  state.gate = promise
  const early = two.visit('/promo')
  await expect.poll(() => state.reads).toBe(1)
  state.gate = undefined
  await one.core.links.update(ALICE, id, { destinationUrl: 'https://example.com/new' })
  resolve()
  expect((await early)?.url).toBe(HERE)
  expect(shared.values.size).toBe(0)
  expect((await one.visit('/promo'))?.url).toBe('https://example.com/new')
})

test('what was read there before a late drop is not believed for ever', async () => {
  const { one, two, shared } = twoProcesses()
  const { id } = await one.create({ customSlug: 'promo' })
  await two.visit('/promo')
  // The drop does not get through; meanwhile the other process hears of the write, and reads the old value again.
  const drop = vi.spyOn(shared.cache, 'drop').mockResolvedValue()
  await one.core.links.update(ALICE, id, { destinationUrl: 'https://example.com/new' })
  two.core.redirect.drop([{ kind: 'link', domainId: null, slug: 'promo' }])
  expect((await two.visit('/promo'))?.url).toBe(HERE)
  drop.mockRestore()
  await shared.cache.drop([sharedKey(null, 'promo')])
  expect((await two.visit('/promo'))?.url).toBe(HERE)
  two.time.now += 60_000
  expect((await two.visit('/promo'))?.url).toBe('https://example.com/new')
})

test('a link that needs a signature is never there, nor are its keys', async () => {
  const { one, two, shared, state } = twoProcesses()
  await one.core.keys.rotate(ALICE.owner)
  await one.create({ customSlug: 'promo', requireSignature: true })
  for (const world of [one, two]) expect((await world.visit('/promo'))?.outcome).toBe('signature_required')
  expect(state.reads).toBe(2)
  expect(shared.log.filter((line) => line.startsWith('set'))).toEqual([])
})

test('while it is away, or another one fills it, storage is read', async () => {
  const { one, two, shared, state } = twoProcesses()
  await one.create({ customSlug: 'promo' })
  expect(await shared.cache.get(sharedKey(null, 'promo'))).toEqual({ lease: '1' })
  expect((await one.visit('/promo'))?.url).toBe(HERE)
  shared.state.away = true
  expect((await two.visit('/promo'))?.url).toBe(HERE)
  expect(state.reads).toBe(2)
  expect(shared.values.size).toBe(0)
})

test('links of a domain are told from those without one', () => {
  expect(sharedKey('d1', 'promo')).not.toBe(sharedKey(null, 'promo'))
  expect(sharedKey('d1', 'promo')).not.toBe(sharedKey('d1p', 'romo'))
})

test('without a shared cache, storage is read as it is', () => {
  const { snapshots } = memory().open
  expect(throughShared(snapshots, undefined)).toBe(snapshots)
})

test('a write tells this process, then the shared cache, then all others', async () => {
  const { cache, log } = createShared()
  const channel = {
    publish: async (changes: readonly Change[]) => {
      log.push(`publish ${changes.map(({ kind }) => kind)}`)
    },
    watch: () => ({ healthy: () => true, stop() {} }),
  }
  const { create, core } = createWorld({ sharedCache: cache, channel })
  const { id } = await create({ customSlug: 'promo' })
  log.length = 0
  await core.links.update(ALICE, id, { disabled: true })
  expect(log).toEqual([`drop ${sharedKey(null, 'promo')}`, 'publish link'])
})
