// Ids: ULIDs that never go backwards within a process.
import { expect, test } from 'vitest'
import { START, seeded } from '../test/world.ts'
import { createIds, isId } from './ids.ts'

test('ids sort as they were made, within a millisecond and when the clock is set back', () => {
  const time = { now: START }
  const next = createIds(() => time.now, seeded(1))
  const ids = Array.from({ length: 1000 }, (_, i) => {
    if (i === 500) time.now += 1
    if (i === 800) time.now -= 60_000
    return next()
  })
  expect(ids.every(isId)).toBe(true)
  expect(ids.toSorted()).toEqual(ids)
  expect(new Set(ids).size).toBe(1000)
})

test.each([
  '',
  '01J',
  '8ZZZZZZZZZZZZZZZZZZZZZZZZZ',
  '01j00000000000000000000000',
  '01JU0000000000000000000000',
  '../etc',
])('%j is no id', (text) => {
  expect(isId(text)).toBe(false)
})

test('a clock that stands at the beginning of time, or before it, gives ids in order too', () => {
  const ids = createIds(() => 0, seeded(1))
  const made = [ids(), ids(), ids()]
  expect(made.every(isId)).toBe(true)
  expect(made.toSorted()).toEqual(made)
})
