// The recorder: bounded, honest about what it loses, and never counting twice.
import { memory } from '@linkwright/storage-memory'
import { describe, expect, test } from 'vitest'
import { ALICE, createWorld, readAgent, START, seeded, visitTo } from '../../test/world.ts'
import type { Click, ClickEvent, Orphan } from './click.ts'
import { createMemoryJournal, type Journal } from './journal.ts'
import { createRecorder } from './recorder.ts'
import type { ClickStore } from './store.ts'

function setUp(journal: Journal = createMemoryJournal(1000)) {
  const kept = new Map<string, Click>()
  const orphans: Orphan[] = []
  const salts: string[] = []
  const time = { now: START }
  const state = { failing: false, batches: [] as number[], running: 0, most: 0 }
  const store: ClickStore = {
    async append(clicks, lone) {
      state.running++
      state.most = Math.max(state.most, state.running)
      await new Promise((resolve) => setImmediate(resolve))
      state.running--
      if (state.failing) throw new Error('storage is away')
      state.batches.push(clicks.length)
      for (const click of clicks) {
        expect(kept.has(click.id)).toBe(false)
        kept.set(click.id, click)
      }
      orphans.push(...lone)
    },
    async salt(day, candidate) {
      salts.push(day)
      return `${day} ${candidate}`
    },
  }
  let id = 0
  const recorder = createRecorder({
    store,
    journal,
    clock: () => time.now,
    ids: () => String(++id).padStart(6, '0'),
    random: seeded(3),
    agent: readAgent,
    country: { header: 'x-country', lookup: () => null },
  })
  const push = (more = {}, at = START, method = 'GET') =>
    recorder.push({ outcome: 'redirect', ruleId: null, link: { id: 'l' } }, visitTo('/promo', { method, ...more }), at)
  return { recorder, push, kept, orphans, salts, state, time }
}

test('what does not fit is counted as lost', async () => {
  const { recorder, push, kept } = setUp(createMemoryJournal(10))
  for (let i = 0; i < 13; i++) push()
  expect(recorder.counts).toEqual({ recorded: 0, lost: 3, pending: 10 })
  await recorder.flush()
  expect(recorder.counts).toEqual({ recorded: 10, lost: 3, pending: 0 })
  push()
  await recorder.flush()
  expect(recorder.counts).toEqual({ recorded: 11, lost: 3, pending: 0 })
  expect(kept.size).toBe(11)
})

test('at the end it folds until it is enough, also in a flush that is under way, and leaves the rest', async () => {
  const { recorder, push, kept } = setUp()
  for (let i = 0; i < 100; i++) push()
  const under = recorder.flush()
  await recorder.finish(() => kept.size >= 40)
  await under
  expect(recorder.counts).toEqual({ recorded: 40, lost: 0, pending: 60 })
  await recorder.finish(() => false)
  expect(kept.size).toBe(100)
})

test('one flush at a time: what comes meanwhile is taken by the next, which all share who ask meanwhile', async () => {
  const { recorder, push, kept, state } = setUp()
  for (let i = 0; i < 120; i++) push()
  const first = recorder.flush()
  for (let i = 0; i < 30; i++) push()
  const rest = Promise.all([recorder.flush(), recorder.flush()])
  await first
  expect(kept.size).toBeGreaterThanOrEqual(120)
  await rest
  expect(kept.size).toBe(150)
  expect(state.most).toBe(1)
  expect(Math.max(...state.batches)).toBeLessThanOrEqual(50)
})

test('a store that fails loses nothing, and nothing is counted twice', async () => {
  const { recorder, push, kept, orphans, state } = setUp()
  for (let i = 0; i < 70; i++) push()
  recorder.orphan('h', 'nothing', START)
  state.failing = true
  await expect(recorder.flush()).rejects.toThrow('away')
  push()
  expect(recorder.counts).toEqual({ recorded: 0, lost: 0, pending: 71 })
  state.failing = false
  const flushing = recorder.flush()
  // Fails in the middle, after the first batch is in.
  await new Promise((resolve) => setTimeout(resolve, 0))
  state.failing = true
  await flushing.catch(() => {})
  state.failing = false
  await recorder.flush()
  expect(kept.size).toBe(71)
  expect(recorder.counts).toEqual({ recorded: 71, lost: 0, pending: 0 })
  expect(orphans).toHaveLength(1)
})

test('a store that fails after it has written does not count twice either', async () => {
  const storage = memory()
  const { append } = storage.open.clicks
  let failures = 2
  const clicks: ClickStore = {
    ...storage.open.clicks,
    async append(batch, orphans) {
      await append(batch, orphans)
      if (failures-- > 0) throw new Error('the answer was lost')
    },
  }
  const world = createWorld({ storage: { ...storage, open: { ...storage.open, clicks } } })
  const link = await world.create({ customSlug: 'promo' })
  for (let i = 0; i < 60; i++) await world.visit('/promo')
  await expect(world.core.recorder.flush()).rejects.toThrow()
  await expect(world.core.recorder.flush()).rejects.toThrow()
  await world.core.recorder.flush()
  expect((await world.core.links.get(ALICE, link.id)).clicks).toBe(60)
})

test('each day has one salt, asked for once, an hour before it begins', async () => {
  const { recorder, push, kept, salts, time } = setUp()
  await recorder.prepare()
  expect(salts).toEqual(['2026-11-22'])
  const midnight = Date.parse('2026-11-23T00:00:00Z')
  time.now = midnight - 1
  push({}, midnight - 1)
  await recorder.flush()
  expect(salts).toEqual(['2026-11-22', '2026-11-23'])
  push({}, midnight - 1)
  push({}, midnight)
  await recorder.flush()
  time.now = midnight + 1
  push({}, midnight + 1)
  await recorder.flush()
  expect(salts).toEqual(['2026-11-22', '2026-11-23'])
  const [a, b, c, d] = [...kept.values()].map(({ visitor }) => visitor)
  expect([a === b, b === c, c === d]).toEqual([true, false, true])
})

test('an event has no address, and of the referrer only its host', async () => {
  const events: ClickEvent[] = []
  const { push } = setUp({
    append: (event) => void events.push(event),
    drain: async () => 0,
    pending: 0,
    close: async () => {},
  })
  push({ ip: '2001:db8::77', headers: { referer: 'https://www.example.com/page?token=secret' } })
  expect(events).toMatchObject([{ referrer: 'example.com', visitor: expect.stringMatching(/^[0-9a-f]{24}$/) }])
  expect(JSON.stringify(events)).not.toMatch(/2001:db8|secret/)
})

describe('a journal that takes its time', () => {
  /** A journal that keeps an event when it is told to. */
  function slow() {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const journal: Journal = { append: () => promise, drain: async () => 0, pending: 0, close: async () => {} }
    return { journal, keep: () => resolve(), fail: () => reject(new Error('the disk is full')) }
  }

  test('holds the visit until the event is kept', async () => {
    const { journal, keep } = slow()
    const { push, recorder } = setUp(journal)
    let answered = false
    const pushed = Promise.resolve(push()).then(() => {
      answered = true
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect(answered).toBe(false)
    keep()
    await pushed
    expect(recorder.counts.lost).toBe(0)
  })

  test('loses what it cannot keep, which is counted and harms nobody', async () => {
    const { journal, fail } = slow()
    const { push, recorder } = setUp(journal)
    const pushed = [push(), push()]
    fail()
    expect(await Promise.all(pushed)).toEqual([undefined, undefined])
    expect(recorder.counts.lost).toBe(2)
  })
})

describe('flags', () => {
  test.each<[object, string, Partial<Click>]>([
    [{}, 'GET', { counted: true, head: false, prefetch: false }],
    [{}, 'HEAD', { counted: false, head: true }],
    [{ headers: { 'sec-purpose': 'prefetch;prerender' } }, 'GET', { counted: true, prefetch: true }],
    [{ headers: { purpose: 'prefetch' } }, 'GET', { prefetch: true }],
    [{ headers: { 'user-agent': 'a bot' } }, 'GET', { bot: true, device: 'bot' }],
    [{ headers: { 'x-country': 'DE' } }, 'GET', { country: null }],
    [{ headers: { 'x-country': 'DE' }, trusted: true }, 'GET', { country: 'DE' }],
  ])('%j %s', async (more, method, expected) => {
    const { recorder, push, kept } = setUp()
    push(more, START, method)
    await recorder.flush()
    expect([...kept.values()][0]).toMatchObject(expected)
  })
})

test('orphans are sampled by the minute, and do not pile up while storage is away', async () => {
  const { recorder, orphans, state } = setUp()
  for (let i = 0; i < 500; i++) recorder.orphan('go.example.org', 'nothing', START)
  await recorder.flush()
  expect(orphans).toHaveLength(60)
  recorder.orphan('x'.repeat(1000), 'nothing', START + 60_000)
  await recorder.flush()
  expect(orphans[60]).toEqual({ id: '000062', at: START + 60_000, host: 'x'.repeat(253), slug: 'nothing' })
  state.failing = true
  for (let minute = 2; minute < 20; minute++) {
    for (let i = 0; i < 60; i++) recorder.orphan('h', 'nothing', START + minute * 60_000)
  }
  await expect(recorder.flush()).rejects.toThrow()
  state.failing = false
  await recorder.flush()
  expect(orphans).toHaveLength(661)
})

test('a visitor on whom a plug of the host fails is lost alone, and counted', async () => {
  const world = createWorld({
    country: {
      header: null,
      lookup: (ip) => {
        if (ip === '203.0.113.66') throw new Error('no such record')
        return null
      },
    },
  })
  const link = await world.create({ customSlug: 'promo' })
  for (const ip of ['203.0.113.1', '203.0.113.66', '203.0.113.2']) await world.visit('/promo', { ip })
  await world.core.recorder.flush()
  expect(world.core.recorder.counts).toMatchObject({ recorded: 2, lost: 1, pending: 0 })
  expect((await world.core.links.get(ALICE, link.id)).clicks).toBe(2)
})

test('of a header only so much is kept', async () => {
  const world = createWorld({ agent: (text) => readAgent(text.length <= 1000 ? 'mobile' : 'bot') })
  const link = await world.create({ customSlug: 'promo' })
  await world.visit('/promo', { headers: { 'user-agent': 'x'.repeat(15_000) } })
  await world.core.recorder.flush()
  const { dimensions } = await world.core.stats.read(ALICE, link.id, undefined, undefined)
  expect(dimensions.device).toEqual([{ value: 'mobile', clicks: 1, people: 1 }])
})

test('such a loss is counted once, however often storage fails meanwhile', async () => {
  const storage = memory()
  const state = { failing: true }
  const clicks: ClickStore = {
    ...storage.open.clicks,
    append: (rows, lone) =>
      state.failing ? Promise.reject(new Error('away')) : storage.open.clicks.append(rows, lone),
  }
  const agent = () => {
    throw new Error('no such agent')
  }
  const world = createWorld({ storage: { ...storage, open: { ...storage.open, clicks } }, agent })
  await world.create({ customSlug: 'promo' })
  await world.visit('/promo', { headers: { 'user-agent': 'one that the plug does not know' } })
  for (let turn = 0; turn < 3; turn++) await expect(world.core.recorder.flush()).rejects.toThrow('away')
  expect(world.core.recorder.counts).toMatchObject({ lost: 0, pending: 1 })
  state.failing = false
  await world.core.recorder.flush()
  expect(world.core.recorder.counts).toMatchObject({ recorded: 0, lost: 1, pending: 0 })
})
