// linkwright plan as it is typed: one JSON object or a table, and one line for every mistake.
import { afterEach, expect, test, vi } from 'vitest'
import { run } from './program.ts'

const LOAD = ['--redirects-per-second', '400', '--links', '1e6']

afterEach(() => vi.restoreAllMocks())

async function plan(...args: string[]) {
  const told = { out: '', err: '' }
  for (const [stream, name] of [
    [process.stdout, 'out'],
    [process.stderr, 'err'],
  ] as const) {
    vi.spyOn(stream, 'write').mockImplementation((part) => {
      told[name] += part
      return true
    })
  }
  return { code: await run(['plan', ...args]), ...told }
}

test('--json prints one object, with what was said, what was assumed, and where each figure is from', async () => {
  const { code, out } = await plan(...LOAD, '--price-core-hour', '0', '--cache-hit', '0.5', '--json')
  expect(code).toBe(0)
  const plans = JSON.parse(out)
  expect(plans.demand).toMatchObject({ redirectsPerSecond: 400, links: 1e6, cacheHit: 0.5, retentionDays: 90 })
  expect(plans.prices).toMatchObject({ priceCoreHour: 0, priceDiskGbMonth: 0.1 })
  expect(plans.cost.cores).toBe(0)
  expect(plans.database.lookUpsPerSecond).toBe(200)
  for (const { value, unit, from } of Object.values<Record<string, unknown>>(plans.figures)) {
    expect([typeof value, typeof unit, typeof from]).toEqual(['number', 'string', 'string'])
  }
  expect(out.trim()).not.toContain('\n')
})

test('people get a table', async () => {
  const { code, out } = await plan(...LOAD)
  expect(code).toBe(0)
  for (const name of ['layout', 'machines', 'cores', 'disk', 'cost a month', 'settings']) {
    expect(out).toMatch(new RegExp(`^${name} {2,}\\S`, 'm'))
  }
  expect(out).not.toMatch(/NaN|Infinity|undefined|\[object/)
})

test.each([
  [['--links', '10'], "required option '--redirects-per-second <n>' not specified"],
  [['--redirects-per-second', 'many', '--links', '10'], '--redirects-per-second must be a number from 0 to 1e9'],
  [[...LOAD, '--cache-hit', '95'], '--cache-hit must be a number from 0 to 1, such as 0.9'],
  [[...LOAD, '--clicks-per-month', '1e15'], '--clicks-per-month must be at most'],
])('%j is a mistake', async (args, message) => {
  const { code, out, err } = await plan(...args)
  expect([code, out]).toEqual([2, ''])
  expect(err).toContain(message)
  expect(err.trim()).not.toContain('\n')
})
