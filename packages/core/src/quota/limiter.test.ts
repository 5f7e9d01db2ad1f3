// The window's arithmetic: whole minutes UTC, exact counts, and clocks that do not quite agree.
import { expect, test } from 'vitest'
import { createMemoryLimiter } from './limiter.ts'
import { monthOf } from './quota.ts'

const MINUTE = Date.parse('2026-11-22T10:00:00Z')

test('exactly the limit passes in a window, and a refusal takes nothing', () => {
  const limiter = createMemoryLimiter()
  const verdicts = Array.from({ length: 5 }, () => limiter.take('a', 3, MINUTE + 1))
  expect(verdicts.map((verdict) => 'allowed' in verdict && verdict.allowed)).toEqual([true, true, true, false, false])
  expect(verdicts.map((verdict) => 'remaining' in verdict && verdict.remaining)).toEqual([2, 1, 0, 0, 0])
  expect(limiter.take('a', 5, MINUTE + 2)).toMatchObject({ allowed: true, remaining: 1 })
})

test('the window begins at the whole minute, and each key has its own', () => {
  const limiter = createMemoryLimiter()
  expect(limiter.take('a', 1, MINUTE + 59_999)).toEqual({ allowed: true, remaining: 0, resetSeconds: 1 })
  expect(limiter.take('a', 1, MINUTE + 59_999)).toMatchObject({ allowed: false })
  expect(limiter.take('b', 1, MINUTE + 59_999)).toMatchObject({ allowed: true })
  expect(limiter.take('a', 1, MINUTE + 60_000)).toEqual({ allowed: true, remaining: 0, resetSeconds: 60 })
})

test('a call that read its clock before the minute turned does not begin the minute anew', () => {
  const limiter = createMemoryLimiter()
  expect(limiter.take('a', 1, MINUTE + 60_000)).toMatchObject({ allowed: true })
  expect(limiter.take('a', 1, MINUTE + 59_999)).toMatchObject({ allowed: false })
  expect(limiter.take('a', 1, MINUTE + 60_001)).toMatchObject({ allowed: false })
})

test('a clock set back by hours does not lock anyone out until it catches up', () => {
  const limiter = createMemoryLimiter()
  expect(limiter.take('a', 1, MINUTE + 3_600_000)).toMatchObject({ allowed: true })
  expect(limiter.take('a', 1, MINUTE)).toMatchObject({ allowed: true, resetSeconds: 60 })
})

test('a limit of nothing lets nothing pass', () => {
  expect(createMemoryLimiter().take('a', 0, MINUTE)).toMatchObject({ allowed: false, remaining: 0 })
})

test.each([
  ['2026-11-30T23:59:59.999Z', '2026-11'],
  ['2026-12-01T00:00:00.000Z', '2026-12'],
  ['2026-01-01T00:30:00+01:00', '2025-12'],
])('%s is in the month %s', (time, month) => {
  expect(monthOf(Date.parse(time))).toBe(month)
})
