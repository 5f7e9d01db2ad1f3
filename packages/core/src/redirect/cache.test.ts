// The cache: bounded, and never keeping what a change has overtaken.
import { describe, expect, test } from 'vitest'
import { Cache, type CacheOptions } from './cache.ts'

function setUp(options: Partial<CacheOptions> = {}) {
  const time = { now: 1000, deafSince: null as number | null }
  const cache = new Cache<string>(
    { size: 3, misses: 2, missMs: 100, hitMs: Number.POSITIVE_INFINITY, ...options },
    () => time.now,
    () => time.deafSince,
  )
  const put = (key: string, value: string | null = key) => cache.read(key, async () => value)
  const held = (...keys: string[]) => keys.filter((key) => cache.get(key, time.now) !== undefined)
  return { cache, time, put, held }
}

/** A reading that ends when it is told to. */
function slow(value: string | null) {
  const { promise, resolve, reject } = Promise.withResolvers<string | null>()
  return { load: () => promise, end: () => resolve(value), fail: () => reject(new Error('away')) }
}

test('keeps a value until it is dropped, and a miss for a short while', async () => {
  const { cache, time, put } = setUp()
  await put('a')
  await put('no', null)
  expect(cache.get('a', time.now)?.value).toBe('a')
  expect(cache.get('no', time.now)?.value).toBeNull()
  time.now += 99
  expect(cache.get('no', time.now)).toBeDefined()
  time.now += 1
  expect(cache.get('no', time.now)).toBeUndefined()
  expect(cache.get('a', 1e15)).toBeDefined()
  cache.drop('a')
  expect(cache.get('a', time.now)).toBeUndefined()
})

test('where changes are not reported, a value is believed from its reading on, used or not', async () => {
  const { cache, time } = setUp({ hitMs: 50 })
  const reading = slow('a')
  const done = cache.read('a', reading.load)
  await Promise.resolve()
  time.now += 30
  reading.end()
  await done
  expect(cache.get('a', time.now + 19)).toBeDefined()
  expect(cache.get('a', time.now + 20)).toBeUndefined()
  expect(cache.stale('a', time.now + 20)?.value).toBe('a')
  expect(cache.stale('a', time.now + 20 + 299_999)).toBeDefined()
  expect(cache.stale('a', time.now + 20 + 300_000)).toBeUndefined()
})

describe('while nothing is heard of others’ changes', () => {
  test('a value is believed for five seconds from its reading, used or not', async () => {
    const { cache, time, put, held } = setUp()
    await put('a')
    time.now += 60_000
    expect(held('a')).toEqual(['a'])
    time.deafSince = time.now
    expect(held('a')).toEqual([])
    await put('a', 'anew')
    time.now += 4999
    expect(cache.get('a', time.now)?.value).toBe('anew')
    time.now += 1
    expect(held('a')).toEqual([])
    time.deafSince = null
    expect(cache.get('a', time.now)?.value).toBe('anew')
  })

  test('what cannot be read anew is served for five minutes of silence', async () => {
    const { cache, time, put } = setUp()
    await put('a')
    time.now += 3_600_000
    expect(cache.stale('a', time.now)?.value).toBe('a')
    time.deafSince = time.now
    expect(cache.stale('a', time.now + 299_999)?.value).toBe('a')
    expect(cache.stale('a', time.now + 300_000)).toBeUndefined()
    time.deafSince = null
    expect(cache.stale('a', time.now + 300_000)?.value).toBe('a')
  })

  test('what is over by itself is over, also before that', async () => {
    const { cache, time, put } = setUp({ hitMs: 50 })
    await put('a')
    time.deafSince = time.now + 1000
    time.now += 50
    expect(cache.get('a', time.now)).toBeUndefined()
    expect(cache.stale('a', time.now + 299_999)).toBeDefined()
    expect(cache.stale('a', time.now + 300_000)).toBeUndefined()
  })

  test('nothing is known of what was never read', () => {
    const { cache, time } = setUp()
    time.deafSince = time.now
    expect(cache.get('a', time.now)).toBeUndefined()
    expect(cache.stale('a', time.now)).toBeUndefined()
  })
})

test('a value that is gone is a miss, and a miss that is there a value', async () => {
  const { cache, time, put } = setUp({ hitMs: 50 })
  await put('a')
  time.now += 60
  await put('a', null)
  expect(cache.get('a', time.now)?.value).toBeNull()
  time.now += 110
  await put('a')
  expect(cache.get('a', time.now)?.value).toBe('a')
  expect(cache.size).toBe(1)
})

describe('bounds', () => {
  test('what was used is passed over once', async () => {
    const { cache, time, put, held } = setUp()
    for (const key of ['a', 'b', 'c']) await put(key)
    cache.get('a', time.now)
    await put('d')
    expect(held('b')).toEqual([])
    // Asking for them above and below counts as use: only what was there before is compared.
    expect(held('a', 'c', 'd')).toEqual(['a', 'c', 'd'])
    await put('e')
    expect(cache.size).toBe(3)
  })

  test('misses never push out values, nor grow', async () => {
    const { cache, put, held } = setUp()
    for (const key of ['a', 'b', 'c']) await put(key)
    for (let i = 0; i < 100; i++) await put(`no${i}`, null)
    expect(cache.size).toBe(5)
    expect(held('a', 'b', 'c')).toHaveLength(3)
  })

  test('a cache of nothing keeps nothing', async () => {
    const { cache, put } = setUp({ size: 0, misses: 0 })
    expect(await put('a')).toBe('a')
    expect(await put('no', null)).toBeNull()
    expect(cache.size).toBe(0)
  })
})

describe('a reading', () => {
  test('is shared by all who ask meanwhile', async () => {
    const { cache } = setUp()
    const reading = slow('a')
    let loads = 0
    const load = () => {
      loads++
      return reading.load()
    }
    const all = [cache.read('a', load), cache.read('a', load), cache.read('a', load)]
    reading.end()
    expect(await Promise.all(all)).toEqual(['a', 'a', 'a'])
    expect(loads).toBe(1)
  })

  test.each<[string, (cache: Cache<string>) => void]>([
    ['a drop', (cache) => cache.drop('a')],
    ['a drop by value', (cache) => cache.dropWhere(() => false)],
    ['a clearing', (cache) => cache.clear()],
  ])('that %s overtakes is not kept, nor joined', async (_, change) => {
    const { cache, time } = setUp()
    const before = slow('before')
    const after = slow('after')
    const first = cache.read('a', before.load)
    change(cache)
    const second = cache.read('a', after.load)
    after.end()
    expect(await second).toBe('after')
    before.end()
    await first
    expect(cache.get('a', time.now)?.value).toBe('after')
  })

  test('that a drop overtakes is not kept when it ends first, either', async () => {
    const { cache, time } = setUp()
    const before = slow('before')
    const after = slow('after')
    const first = cache.read('a', before.load)
    cache.drop('a')
    const second = cache.read('a', after.load)
    before.end()
    await first
    expect(cache.get('a', time.now)).toBeUndefined()
    after.end()
    await second
    expect(cache.get('a', time.now)?.value).toBe('after')
  })

  test('that fails fails for all who wait, and is begun anew by the next', async () => {
    const { cache, put } = setUp()
    const reading = slow('a')
    const all = Promise.allSettled([cache.read('a', reading.load), cache.read('a', reading.load)])
    reading.fail()
    expect((await all).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(await put('a', 'again')).toBe('again')
  })
})

test('values can be dropped by what they are', async () => {
  const { cache, put, held } = setUp()
  for (const key of ['a', 'b']) await put(key)
  await put('no', null)
  cache.dropWhere((value) => value === 'a')
  expect(held('a', 'b', 'no')).toEqual(['b', 'no'])
})
