// Salts: one a day for all processes, and never kept longer than it is needed.
import { memory } from '@linkwright/storage-memory'
import { expect, test } from 'vitest'
import { START, seeded } from '../../test/world.ts'
import { createSalts } from './salts.ts'
import type { ClickStore } from './store.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** START is ten in the morning. */
const MIDNIGHT = START + 14 * HOUR

function setUp(store: Pick<ClickStore, 'salt'> = memory().open.clicks) {
  const time = { now: START }
  const state = { away: false, asked: [] as string[] }
  const watched: Pick<ClickStore, 'salt'> = {
    async salt(day, candidate) {
      state.asked.push(day)
      if (state.away) throw new Error('storage is away')
      return store.salt(day, candidate)
    },
  }
  const processOf = (seed: number) => createSalts(watched, () => time.now, seeded(seed))
  return { time, state, one: processOf(1), two: processOf(2), processOf }
}

test('two processes agree, whoever comes first, and ask once', async () => {
  const { one, two, state } = setUp()
  const own = one.of(START)
  expect(two.of(START)).not.toBe(own)
  await Promise.all([one.agree(), two.agree()])
  expect(one.of(START)).toBe(two.of(START))
  await one.agree()
  await two.agree()
  expect(state.asked).toEqual(['2026-11-22', '2026-11-22'])
  expect(one.of(START)).toMatch(/^[\w-]{43}$/)
})

test('until storage is there a salt of its own serves, which is then proposed', async () => {
  const { one, two, state } = setUp()
  const own = one.of(START)
  state.away = true
  await expect(one.agree()).rejects.toThrow('away')
  expect(one.of(START)).toBe(own)
  expect(one.of(START + 5)).toBe(own)
  state.away = false
  await one.agree()
  expect(one.of(START)).toBe(own)
  await two.agree()
  expect(two.of(START)).toBe(own)
})

test('tomorrow’s is agreed on in the hour before, so that midnight changes nothing', async () => {
  const { one, two, time, state } = setUp()
  time.now = MIDNIGHT - HOUR - 1
  await one.agree()
  expect(state.asked).toEqual(['2026-11-22'])
  time.now = MIDNIGHT - HOUR
  await one.agree()
  await two.agree()
  expect(state.asked).toEqual(['2026-11-22', '2026-11-23', '2026-11-22', '2026-11-23'])
  const tomorrow = one.of(MIDNIGHT)
  expect(two.of(MIDNIGHT)).toBe(tomorrow)
  expect(one.of(MIDNIGHT - 1)).not.toBe(tomorrow)
  time.now = MIDNIGHT
  await one.agree()
  expect(one.of(MIDNIGHT)).toBe(tomorrow)
  expect(state.asked).toHaveLength(4)
})

test('days are UTC', async () => {
  const { one } = setUp()
  expect(one.of(MIDNIGHT - DAY)).toBe(one.of(MIDNIGHT - 1))
  expect(one.of(MIDNIGHT)).not.toBe(one.of(MIDNIGHT - 1))
})

test('what is past is forgotten: no pseudonym of that day can be made again', async () => {
  const { one, time } = setUp()
  await one.agree()
  const salt = one.of(START)
  time.now = START + DAY
  await one.agree()
  expect(one.of(START)).toBe(salt)
  time.now = START + 2 * DAY
  await one.agree()
  expect(one.of(START)).not.toBe(salt)
})
