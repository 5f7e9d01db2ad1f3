// News of other processes: one way that works is enough, and silence is noticed.
import { memory } from '@linkwright/storage-memory'
import { expect, test } from 'vitest'
import type { Change } from './channel.ts'
import { createNews } from './news.ts'

const LINK: Change = { kind: 'link', domainId: null, slug: 'promo' }

/** One way to hear of changes. */
function createWay() {
  const listeners = new Set<(changes: readonly Change[]) => void>()
  const way = {
    healthy: true,
    listeners,
    tell: (...changes: Change[]) => {
      for (const listener of listeners) listener(changes)
    },
    watch: (listener: (changes: readonly Change[]) => void) => {
      listeners.add(listener)
      return { healthy: () => way.healthy, stop: () => void listeners.delete(listener) }
    },
  }
  return way
}

function setUp() {
  const time = { now: 1000 }
  const [table, channel] = [createWay(), createWay()]
  const storage = { ...memory(), watch: table.watch }
  const clock = () => time.now
  const published = { publish: async () => {}, watch: channel.watch }
  return {
    time,
    table,
    channel,
    both: createNews(storage, published, clock),
    alone: createNews(storage, undefined, clock),
  }
}

test('changes are heard on each way until listening ends', () => {
  const { both, table, channel } = setUp()
  const heard: Change[] = []
  const stop = both.listen((changes) => heard.push(...changes))
  table.tell(LINK)
  channel.tell(LINK)
  expect(heard).toEqual([LINK, LINK])
  stop()
  table.tell(LINK)
  channel.tell(LINK)
  expect(heard).toHaveLength(2)
  expect([table.listeners.size, channel.listeners.size]).toEqual([0, 0])
})

test('what the channel missed is known from the storage, as long as that is heard', () => {
  const { both, table, channel } = setUp()
  const heard: Change[] = []
  both.listen((changes) => heard.push(...changes))
  channel.tell({ kind: 'all' }, LINK)
  expect(heard).toEqual([LINK])
  table.healthy = false
  channel.tell({ kind: 'all' })
  table.tell({ kind: 'all' })
  expect(heard).toEqual([LINK, { kind: 'all' }, { kind: 'all' }])
})

test('it is deaf when no way is healthy, from when that was noticed until one is again', () => {
  const { both, table, channel, time } = setUp()
  both.listen(() => {})
  table.healthy = false
  expect(both.deafSince()).toBeNull()
  channel.healthy = false
  expect(both.deafSince()).toBe(1000)
  time.now = 5000
  expect(both.deafSince()).toBe(1000)
  channel.healthy = true
  expect(both.deafSince()).toBeNull()
  channel.healthy = false
  expect(both.deafSince()).toBe(5000)
})

test('who does not listen misses nothing: neither before it begins nor after it ends', () => {
  const { alone, table } = setUp()
  table.healthy = false
  expect(alone.deafSince()).toBeNull()
  const stop = alone.listen(() => {})
  expect(alone.deafSince()).toBe(1000)
  stop()
  expect(alone.deafSince()).toBeNull()
})
