// What is asked of an installation, and what is assumed where it is not said.
import { UsageError } from '../values.ts'
import { FIGURES } from './figures.ts'

export interface Demand {
  /** In the busiest second. */
  readonly redirectsPerSecond: number
  readonly links: number
  readonly clicksPerMonth: number
  /** Calls of the API in the busiest second. */
  readonly callsPerSecond: number
  /** How long raw clicks are kept. */
  readonly retentionDays: number
  /** How many months of statistics there is to be room for. */
  readonly months: number
  /** The part of redirects whose link the process has in its cache. */
  readonly cacheHit: number
  /** Of hourly statistics: 7 for a click alone in its hour, less and less the more come in one hour. */
  readonly rowsPerClick: number
  /** Of the largest machine that is to be had. */
  readonly machineCores: number
}

/** In any currency: costs come out in the same. */
export interface Prices {
  /** A core with 4 GB of memory. */
  readonly priceCoreHour: number
  readonly priceDiskGbMonth: number
  readonly priceTrafficGb: number
}

/** A number as it is given on the command line. */
export interface Amount {
  readonly flag: string
  readonly least: number
  readonly most: number
  readonly about: string
}

/** The busiest second has this many times as many redirects as the average one. */
export const PEAK = 4
export const SECONDS_A_MONTH = 2_592_000

export const DEMAND: Readonly<Record<keyof Demand, Amount>> = {
  redirectsPerSecond: { flag: '--redirects-per-second', least: 0, most: 1e9, about: 'in the busiest second' },
  links: { flag: '--links', least: 0, most: 1e12, about: 'that there are' },
  clicksPerMonth: {
    flag: '--clicks-per-month',
    least: 0,
    most: 1e15,
    about: `default: the busiest second is taken for ${PEAK} times the average`,
  },
  callsPerSecond: {
    flag: '--calls-per-second',
    least: 0,
    most: 1e9,
    about: 'of the API, in the busiest second (default: one for a hundred redirects)',
  },
  retentionDays: { flag: '--retention-days', least: 1, most: 36_500, about: 'raw clicks are kept (default: 90)' },
  months: { flag: '--months', least: 1, most: 1200, about: 'of statistics to have room for (default: 12)' },
  cacheHit: { flag: '--cache-hit', least: 0, most: 1, about: 'part of redirects that need no look-up (default: 0.95)' },
  rowsPerClick: {
    flag: '--rows-per-click',
    least: 0,
    most: 7,
    about: `of hourly statistics: 7 for clicks hours apart, few for many at once (default: ${FIGURES.hoursPerClick.value})`,
  },
  machineCores: { flag: '--machine-cores', least: 1, most: 1024, about: 'of the largest machine (default: 16)' },
}

export const PRICE: Readonly<Record<keyof Prices, Amount>> = {
  priceCoreHour: {
    flag: '--price-core-hour',
    least: 0,
    most: 1e6,
    about: 'a core with 4 GB of memory (default: 0.04)',
  },
  priceDiskGbMonth: { flag: '--price-disk-gb-month', least: 0, most: 1e6, about: 'default: 0.1' },
  priceTrafficGb: { flag: '--price-traffic-gb', least: 0, most: 1e6, about: 'sent (default: 0.05)' },
}

const PRICES: Prices = { priceCoreHour: 0.04, priceDiskGbMonth: 0.1, priceTrafficGb: 0.05 }
const ASSUMED = {
  retentionDays: 90,
  months: 12,
  cacheHit: 0.95,
  rowsPerClick: FIGURES.hoursPerClick.value,
  machineCores: 16,
}

/** @throws UsageError naming the option and what it takes */
export function readAmount(text: string, { flag, least, most }: Amount): number {
  const value = Number(text)
  if (/^\d+(\.\d+)?(e\d+)?$/i.test(text) && value >= least && value <= most) return value
  throw new UsageError(
    `${flag} must be a number from ${least} to ${show(most)}, such as ${most > 1 ? '2500 or 1e6' : '0.9'}`,
  )
}

/** What is said, and what is assumed where nothing is. @throws UsageError for more clicks than there can be redirects */
export function completeDemand(said: Partial<Demand> & Pick<Demand, 'redirectsPerSecond' | 'links'>): Demand {
  const { redirectsPerSecond } = said
  const most = redirectsPerSecond * SECONDS_A_MONTH
  const follows = { clicksPerMonth: most / PEAK, callsPerSecond: redirectsPerSecond / 100 }
  const demand = { ...ASSUMED, ...follows, ...said }
  if (demand.clicksPerMonth <= most) return demand
  throw new UsageError(
    `--clicks-per-month must be at most ${most}, which is ${redirectsPerSecond} redirects in every second of a month`,
  )
}

export function completePrices(said: Partial<Prices>): Prices {
  return { ...PRICES, ...said }
}

function show(value: number): string {
  return value >= 1e6 ? value.toExponential().replace('e+', 'e') : String(value)
}
