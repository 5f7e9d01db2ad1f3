// The benchmark's own arithmetic, and that each contender can be measured at all.
import { describe, expect, test } from 'vitest'
import { cannon } from './load.ts'
import { benchRedirects } from './redirect.ts'
import { countedRow, measuredRow, toMarkdown } from './rows.ts'
import { measureRules } from './rule-rounds.ts'
import { NOISY, orderOf, quantile, ratios, summarize } from './statistics.ts'

describe('statistics', () => {
  test('a median is the middle, whatever the order, and between two when there are two', () => {
    expect(summarize([9, 1, 5]).median).toBe(5)
    expect(summarize([4, 1, 3, 2]).median).toBe(2.5)
    expect(summarize([7])).toEqual({ median: 7, min: 7, max: 7, spread: 0 })
    expect(() => summarize([])).toThrow(RangeError)
  })

  test('a spread is the middle half over the median', () => {
    expect(quantile([10, 20, 30, 40, 50], 0.25)).toBe(20)
    expect(summarize([10, 20, 30, 40, 50]).spread).toBeCloseTo(20 / 30)
    expect(summarize([100, 101, 99, 100, 900]).spread).toBeLessThan(NOISY)
  })

  test('ratios are taken round by round', () => {
    expect(ratios([50, 90], [100, 100])).toEqual([0.5, 0.9])
    expect(() => ratios([1], [1, 2])).toThrow(RangeError)
  })

  test('every other round runs backwards', () => {
    expect([0, 1, 2].map((round) => orderOf(['a', 'b'], round).join(''))).toEqual(['ab', 'ba', 'ab'])
  })
})

describe('rows', () => {
  const goal = { text: 'at least 0.9', isMet: (_: number, ratio: number) => ratio >= 0.9 }
  const bare = { name: 'bare', samples: [100, 200, 400] }

  test('a ratio is the median of the rounds, so that a slow round costs nothing', () => {
    const row = measuredRow({ work: 'w', unit: '/s', samples: [95, 190, 380], baseline: bare, goal })
    expect(row).toMatchObject({ value: 190, ratio: 0.95, spread: 0, met: true })
    expect(measuredRow({ work: 'w', unit: '/s', samples: [80, 160, 320], baseline: bare, goal }).met).toBe(false)
  })

  test('noise is said, and not judged unless all rounds agree', () => {
    const noisy = measuredRow({ work: 'w', unit: '/s', samples: [95, 100, 380], baseline: bare, goal })
    expect(noisy).toMatchObject({ noisy: true, low: 95, high: 380 })
    expect(noisy).not.toHaveProperty('met')
    expect(toMarkdown([noisy])).toContain('95–380 (noisy)')
    expect(toMarkdown([noisy])).toContain('too noisy to say')
    const bad = measuredRow({ work: 'w', unit: '/s', samples: [10, 100, 300], baseline: bare, goal })
    expect(bad).toMatchObject({ noisy: true, met: false })
  })

  test('a count that is wrong says so', () => {
    expect(toMarkdown([countedRow('SQL', 3, 'statements', '0', false)])).toContain('0: NOT met')
  })
})

test('all rule engines agree and are timed', async () => {
  const rows = await measureRules({ rounds: 1, ms: 20 })
  expect(rows).toHaveLength(9)
  for (const { value, work } of rows) expect(value, work).toBeGreaterThan(0)
}, 60_000)

test('every contender can be measured, and what is counted is right', async () => {
  const options = { rounds: 1, warmMs: 100, ms: 200, door: { rounds: 1, visits: 200 }, built: false }
  const rows = await benchRedirects({ ...options, generator: cannon })
  for (const { spread, met, work } of rows) if (spread === undefined) expect(met ?? true, work).toBe(true)
  expect(rows.filter(({ unit }) => unit === 'requests/s').map(({ ratio }) => ratio === null)).toEqual([
    true,
    ...Array(4).fill(false),
  ])
}, 120_000)
