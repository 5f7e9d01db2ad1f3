// What is needed for a load: units, the four layouts, that more never needs less, and numbers that are none.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LAYOUTS, planCapacity } from './capacity.ts'
import { completeDemand, completePrices, DEMAND, type Demand, readAmount } from './demand.ts'
import { FIGURES } from './figures.ts'

const prices = completePrices({})
const plan = (said: Partial<Demand>) =>
  planCapacity(completeDemand({ redirectsPerSecond: 1, links: 1, ...said }), prices)

describe('layouts', () => {
  test('one process, one machine, several, and several databases', () => {
    expect(plan({ redirectsPerSecond: 10, links: 1e4 })).toMatchObject({
      layout: 'one process',
      machines: 1,
      cores: 1,
      redis: null,
      database: { engine: 'sqlite', partitions: 0 },
    })
    const busy = { redirectsPerSecond: 20_000, links: 1e5, clicksPerMonth: 1e8, months: 3, retentionDays: 30 }
    expect(plan(busy)).toMatchObject({ layout: 'one machine', machines: 1, redis: null })
    expect(plan({ redirectsPerSecond: 400, links: 1e6 })).toMatchObject({
      layout: 'several machines',
      machines: 3,
      serving: { machines: 2 },
      database: { engine: 'postgres', servers: 1, partitions: 5 },
      redis: { nodes: 1 },
    })
    const internet = plan({ redirectsPerSecond: 1e5, links: 1e9, clicksPerMonth: 1e10, retentionDays: 7 })
    expect(internet.layout).toBe('several databases')
    expect(internet.database.servers).toBeGreaterThan(1)
    expect(internet.redis?.nodes).toBeGreaterThanOrEqual(3)
  })

  test('nothing at all still needs a process', () => {
    expect(plan({ redirectsPerSecond: 0, links: 0 })).toMatchObject({ layout: 'one process', cores: 1 })
  })
})

describe('units', () => {
  const { database, network, serving, cost } = plan({ redirectsPerSecond: 100, links: 1e6, clicksPerMonth: 1e6 })

  test('gigabytes are 10⁹ bytes', () => {
    expect(database.linksGb).toBeCloseTo((1e6 * FIGURES.sqliteLinkBytes.value) / 1e9)
    // 90 days of a million clicks a month.
    expect(database.rawClicksGb).toBeCloseTo((3e6 * FIGURES.sqliteClickBytes.value) / 1e9)
    expect(serving.journalGb * 1e9).toBeCloseTo(serving.processes * FIGURES.spoolBytes.value)
    expect(serving.journalMinutes * 60 * 100 * FIGURES.waitingClickBytes.value).toBeCloseTo(serving.journalGb * 1e9)
  })

  test('network is in bits a second, traffic in what is sent a month', () => {
    expect(network.inMbit).toBeCloseTo((100 * FIGURES.requestBytes.value * 8) / 1e6)
    expect(network.outGbMonth).toBeCloseTo((1e6 * FIGURES.replyBytes.value) / 1e9)
  })

  test('cores cost by the hour, all else by the month', () => {
    expect(cost.cores).toBeCloseTo(720 * prices.priceCoreHour)
    expect(cost.traffic).toBeCloseTo(network.outGbMonth * prices.priceTrafficGb)
    expect(cost.total).toBeCloseTo(cost.cores + cost.disk + cost.traffic)
    const free = planCapacity(
      completeDemand({ redirectsPerSecond: 1, links: 1 }),
      completePrices({ priceCoreHour: 0, priceDiskGbMonth: 0, priceTrafficGb: 0 }),
    )
    expect(free.cost.total).toBe(0)
  })

  test('links that no cache has are looked up', () => {
    expect(plan({ redirectsPerSecond: 1000, cacheHit: 0.9 }).database.lookUpsPerSecond).toBeCloseTo(100)
    expect(plan({ redirectsPerSecond: 1000, cacheHit: 1 }).database.lookUpsPerSecond).toBe(0)
  })
})

describe('more never needs less', () => {
  const amount = (most: number) => fc.double({ min: 0, max: Math.log10(most + 1), noNaN: true }).map((e) => 10 ** e - 1)
  const demands = fc.record({
    redirectsPerSecond: amount(1e6),
    links: amount(1e10),
    part: fc.double({ min: 0, max: 1, noNaN: true }),
    callsPerSecond: amount(1e5),
    retentionDays: fc.integer({ min: 1, max: 3650 }),
    months: fc.integer({ min: 1, max: 120 }),
    cacheHit: fc.double({ min: 0, max: 1, noNaN: true }),
    rowsPerClick: fc.double({ min: 0, max: 7, noNaN: true }),
    machineCores: fc.constantFrom(2, 8, 16, 64),
  })
  const complete = ({ part, ...given }: { part: number } & Omit<Demand, 'clicksPerMonth'>): Demand =>
    completeDemand({ ...given, clicksPerMonth: given.redirectsPerSecond * 2_592_000 * part })
  const needs = (demand: Demand) => {
    const { layout, cores, database, serving, network, cost, redis } = planCapacity(demand, prices)
    return {
      layout: LAYOUTS.indexOf(layout),
      cores,
      servers: database.servers,
      disk: database.diskGb,
      journal: serving.journalGb,
      redis: redis?.nodes ?? 0,
      out: network.outMbit,
      cost: cost.total,
    }
  }
  const increased = [
    'redirectsPerSecond',
    'links',
    'clicksPerMonth',
    'callsPerSecond',
    'retentionDays',
    'months',
  ] as const

  test.each([...increased, 'rowsPerClick' as const, 'misses' as const])('of %s', (name) => {
    fc.assert(
      fc.property(demands, fc.double({ min: 1, max: 100, noNaN: true }), (given, factor) => {
        const less = complete(given)
        const more =
          name === 'misses'
            ? { ...less, cacheHit: Math.max(0, 1 - (1 - less.cacheHit) * factor) }
            : { ...less, [name]: less[name] * factor }
        const [few, many] = [needs(less), needs(more)]
        for (const what of Object.keys(few) as (keyof typeof few)[]) {
          expect(many[what], what).toBeGreaterThanOrEqual(few[what] * (1 - 1e-9))
        }
      }),
      { numRuns: 300 },
    )
  })
})

describe('numbers', () => {
  test('whole, with a fraction, or with an exponent', () => {
    expect(readAmount('250', DEMAND.links)).toBe(250)
    expect(readAmount('1e6', DEMAND.links)).toBe(1e6)
    expect(readAmount('0.95', DEMAND.cacheHit)).toBe(0.95)
  })

  test.each([
    '',
    ' ',
    '-1',
    '1e99',
    'Infinity',
    'NaN',
    '0x10',
    '1_000',
    '1,000',
    '1e-3',
    '٣',
    '1; drop',
    '9'.repeat(400),
  ])('%j is refused, with the name of the option', (text) => {
    expect(() => readAmount(text, DEMAND.links)).toThrow(/^--links must be a number from 0 to 1e12/)
  })

  test('a part is at most 1', () => {
    expect(() => readAmount('1.01', DEMAND.cacheHit)).toThrow('--cache-hit must be a number from 0 to 1,')
  })

  test('there cannot be more clicks than redirects', () => {
    expect(() => completeDemand({ redirectsPerSecond: 1, links: 1, clicksPerMonth: 3e6 })).toThrow(
      '--clicks-per-month must be at most 2592000',
    )
  })
})
