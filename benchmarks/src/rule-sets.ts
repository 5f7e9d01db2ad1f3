// The rules that are evaluated: five leaves, five trees, many random sets, the same by hand, and visitors to try them on.
import type { Browser, Device, Facts, Leaf, RuleLike } from '@linkwright/core/rules'

/** Facts as most requests have them: none is unknown, since the other engines know no unknown. */
export interface Visitor extends Facts {
  readonly country: string
  readonly device: Device
  readonly browser: Browser
  readonly referer_host: string
  readonly hour_utc: number
  readonly language: string
  readonly returning: boolean
}

export interface RuleSet {
  readonly name: string
  readonly rules: readonly RuleLike[]
  /** The same as code that somebody wrote for these very rules: the place of the first match, or -1. */
  readonly byHand: (facts: Visitor) => number
}

const COUNTRIES = ['US', 'DE', 'FR', 'GB', 'JP', 'BR', 'IN', 'AT', 'CH', 'PL'] as const
const MACHINES = ['mobile', 'tablet', 'desktop', 'tv'] as const
const BROWSERS = ['chrome', 'safari', 'firefox', 'edge', 'samsung'] as const
const REFERERS = ['news.example.net', 'search.example.org', 'social.example.com', 'mail.example.com'] as const
const LANGUAGES = ['en', 'de', 'fr', 'pt', 'ja', 'pl'] as const

export const LEAVES: RuleSet = {
  name: '5 rules',
  rules: [
    { id: '0', field: 'country', operator: 'in', value: ['DE', 'AT', 'CH'] },
    { id: '1', field: 'device', operator: 'equals', value: 'tv' },
    { id: '2', field: 'language', operator: 'in', value: ['fr', 'pl'] },
    { id: '3', field: 'referer_host', operator: 'equals', value: 'news.example.net' },
    { id: '4', field: 'hour_utc', operator: 'between', value: [20, 7] },
  ],
  byHand(facts) {
    const { country, language, hour_utc } = facts
    if (country === 'DE' || country === 'AT' || country === 'CH') return 0
    if (facts.device === 'tv') return 1
    if (language === 'fr' || language === 'pl') return 2
    if (facts.referer_host === 'news.example.net') return 3
    return hour_utc >= 20 || hour_utc <= 7 ? 4 : -1
  },
}

export const TREES: RuleSet = {
  name: '5 trees of 3 tests',
  rules: [
    { id: '0', conditions: { all: [is('country', 'DE'), is('language', 'de'), is('returning', true)] } },
    { id: '1', conditions: { any: [is('device', 'tv'), is('browser', 'samsung'), is('country', 'JP')] } },
    { id: '2', conditions: { all: [is('device', 'mobile'), { not: is('browser', 'chrome') }, is('language', 'fr')] } },
    {
      id: '3',
      conditions: {
        all: [is('referer_host', 'news.example.net'), { any: [is('country', 'US'), is('country', 'GB')] }],
      },
    },
    { id: '4', conditions: { any: [{ all: [is('returning', true), is('browser', 'edge')] }, is('country', 'IN')] } },
  ],
  byHand(facts) {
    const { country, device, browser, language, returning } = facts
    if (country === 'DE' && language === 'de' && returning) return 0
    if (device === 'tv' || browser === 'samsung' || country === 'JP') return 1
    if (device === 'mobile' && browser !== 'chrome' && language === 'fr') return 2
    if (facts.referer_host === 'news.example.net' && (country === 'US' || country === 'GB')) return 3
    return (returning && browser === 'edge') || country === 'IN' ? 4 : -1
  },
}

/** Numbers that look random and are the same in every run (a linear congruential generator). */
function createDice(seed: number): (sides: number) => number {
  let state = seed >>> 0
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * sides)
  }
}

export function randomVisitors(count: number): Visitor[] {
  const dice = createDice(7)
  return Array.from({ length: count }, () => ({
    country: COUNTRIES[dice(COUNTRIES.length)]!,
    device: MACHINES[dice(MACHINES.length)]!,
    browser: BROWSERS[dice(BROWSERS.length)]!,
    referer_host: REFERERS[dice(REFERERS.length)]!,
    hour_utc: dice(24),
    language: LANGUAGES[dice(LANGUAGES.length)]!,
    returning: dice(2) === 1,
  }))
}

/** Sets of five leaves as 200 different links would have them. */
export function randomRules(count: number): RuleLike[][] {
  const dice = createDice(11)
  const few = <T>(of: readonly T[]): T[] => Array.from({ length: 1 + dice(4) }, () => of[dice(of.length)]!)
  const makers: (() => Leaf)[] = [
    () => ({ field: 'country', operator: 'in', value: few(COUNTRIES) }),
    () => ({ field: 'country', operator: 'equals', value: few(COUNTRIES)[0]! }),
    () => ({ field: 'device', operator: 'equals', value: few(MACHINES)[0]! }),
    () => ({ field: 'browser', operator: 'in', value: few(BROWSERS) }),
    () => ({ field: 'referer_host', operator: 'equals', value: few(REFERERS)[0]! }),
    () => ({ field: 'hour_utc', operator: 'between', value: [dice(24), dice(24)] }),
    () => ({ field: 'language', operator: 'in', value: few(LANGUAGES) }),
  ]
  return Array.from({ length: count }, () =>
    Array.from({ length: 5 }, (_, place) => ({ id: String(place), ...makers[dice(makers.length)]!() })),
  )
}

function is(field: Leaf['field'], value: string | boolean): Leaf {
  return { field, operator: 'equals', value }
}
