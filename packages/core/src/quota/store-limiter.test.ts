// The limiter on storage: exact together, and going on alone while storage cannot count.
import { memory } from '@linkwright/storage-memory'
import { expect, test } from 'vitest'
import { LinkwrightError } from '../errors.ts'
import { createStoreLimiter } from './store-limiter.ts'

const MINUTE = Date.parse('2026-11-22T10:00:00Z')

test('exactly the limit passes, of however many processes', async () => {
  const { windows } = memory().open
  const limiters = [createStoreLimiter(windows), createStoreLimiter(windows)]
  const takes = Array.from({ length: 100 }, (_, index) => limiters[index % 2]!.take('a', 60, MINUTE))
  const verdicts = await Promise.all(takes)
  expect(verdicts.filter(({ allowed }) => allowed)).toHaveLength(60)
  expect(verdicts.filter(({ allowed }) => !allowed).every(({ remaining }) => remaining === 0)).toBe(true)
  expect(await limiters[0]!.take('a', 60, MINUTE + 60_000)).toEqual({ allowed: true, remaining: 59, resetSeconds: 60 })
})

test('while storage is away a process goes on from what it knows, and asks again after a second', async () => {
  const { windows } = memory().open
  const state = { away: false, asked: 0 }
  const limiter = createStoreLimiter({
    take(key, window, limit) {
      state.asked++
      if (state.away) return Promise.reject(new LinkwrightError('UNAVAILABLE'))
      return windows.take(key, window, limit)
    },
  })
  for (let call = 0; call < 4; call++) await limiter.take('a', 6, MINUTE)
  state.away = true
  const alone = [
    await limiter.take('a', 6, MINUTE),
    await limiter.take('a', 6, MINUTE),
    await limiter.take('a', 6, MINUTE),
  ]
  expect(alone.map(({ allowed, remaining }) => [allowed, remaining])).toEqual([
    [true, 1],
    [true, 0],
    [false, 0],
  ])
  expect(state.asked).toBe(5)
  state.away = false
  expect(await limiter.take('b', 6, MINUTE + 1_000)).toMatchObject({ allowed: true, remaining: 5 })
  expect(state.asked).toBe(6)
})

test('a count that never comes holds nobody up', async () => {
  const limiter = createStoreLimiter({ take: () => new Promise(() => {}) })
  expect(await limiter.take('a', 1, MINUTE)).toMatchObject({ allowed: true })
  expect(await limiter.take('a', 1, MINUTE)).toMatchObject({ allowed: false })
})

test('what is no matter of being away is told', async () => {
  const limiter = createStoreLimiter({ take: () => Promise.reject(new TypeError('broken')) })
  await expect(limiter.take('a', 1, MINUTE)).rejects.toThrow('broken')
})
