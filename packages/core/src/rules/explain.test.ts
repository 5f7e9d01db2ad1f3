// The words in which a decision is explained.
import { describe, expect, it } from 'vitest'
import type { Conditions, Leaf } from './condition.ts'
import { explain } from './explain.ts'
import type { Facts } from './facts.ts'

const facts: Facts = {
  country: 'FR',
  device: 'mobile',
  browser: null,
  referer_host: 'news.example.com',
  hour_utc: 23,
  language: 'en-us',
  returning: false,
}

function leaf(field: Leaf['field'], operator: Leaf['operator'], value: Leaf['value']): Leaf {
  return { field, operator, value }
}

describe('the reason', () => {
  it.each([
    [leaf('country', 'equals', 'fr'), true, 'country is "FR"'],
    [leaf('country', 'equals', 'DE'), false, 'country is "FR", not "DE"'],
    [leaf('country', 'in', ['DE', 'FR']), true, 'country is "FR", in ["DE", "FR"]'],
    [leaf('country', 'in', ['DE', 'AT']), false, 'country is "FR", not in ["DE", "AT"]'],
    [leaf('country', 'not_in', ['DE']), true, 'country is "FR", not in ["DE"]'],
    [leaf('country', 'not_in', ['FR']), false, 'country is "FR", in ["FR"], which is excluded'],
    [
      leaf('country', 'in', ['AA', 'BB', 'CC', 'DD', 'EE', 'FF', 'GG']),
      false,
      'country is "FR", not in ["AA", "BB", "CC", "DD", "EE", and 2 more]',
    ],
    [leaf('browser', 'equals', 'ie'), false, 'browser is unknown'],
    [leaf('browser', 'not_in', ['ie']), false, 'browser is unknown'],
    [leaf('hour_utc', 'between', [22, 6]), true, 'hour_utc is 23, inside 22–6'],
    [leaf('hour_utc', 'between', [6, 22]), false, 'hour_utc is 23, outside 6–22'],
    [leaf('hour_utc', 'equals', 4), false, 'hour_utc is 23, not 4'],
    [leaf('hour_utc', 'in', [23]), true, 'hour_utc is 23, in [23]'],
    [leaf('language', 'equals', 'en'), true, 'language is "en-us", which "en" covers'],
    [leaf('language', 'equals', 'en-us'), true, 'language is "en-us"'],
    [leaf('returning', 'equals', true), false, 'returning is false, not true'],
    [
      leaf('referer_host', 'matches', '^news'),
      true,
      'referer_host is "news.example.com", which matches the pattern "^news"',
    ],
    [leaf('device', 'equals', 'tv'), false, 'device is "mobile", not "tv"'],
  ])('of %j is (%s) %s', (rule, matched, reason) => {
    expect(explain([{ id: 'r', ...rule }], facts)).toEqual({
      ruleId: matched ? 'r' : null,
      trace: [{ ruleId: 'r', matched, reason }],
    })
  })

  const yes = leaf('country', 'equals', 'FR')
  const no = leaf('device', 'equals', 'tv')
  const unknown = leaf('browser', 'equals', 'ie')
  const told = { yes: 'country is "FR"', no: 'device is "mobile", not "tv"', unknown: 'browser is unknown' }

  it.each<[Conditions, string]>([
    [{ all: [yes, yes] }, `"all" holds: ${told.yes}; ${told.yes}`],
    [{ all: [unknown, yes, no] }, `"all" fails: ${told.no}`],
    [{ all: [yes, unknown] }, `"all" is undecided: ${told.unknown}`],
    [{ any: [unknown, no, yes] }, `"any" holds: ${told.yes}`],
    [{ any: [no, no] }, `"any" fails: ${told.no}; ${told.no}`],
    [{ any: [no, unknown] }, `"any" is undecided: ${told.unknown}`],
    [{ not: no }, `"not" holds: ${told.no}`],
    [{ not: yes }, `"not" fails: ${told.yes}`],
    [{ not: { any: [unknown] } }, `"not" is undecided: "any" is undecided: ${told.unknown}`],
  ])('of %j names the member that decided', (conditions, reason) => {
    expect(explain([{ id: 'r', conditions }], facts).trace[0]?.reason).toBe(reason)
  })

  it('is given for every rule, also behind the winner', () => {
    const rules = [no, yes, yes].map((rule, index) => ({ id: `r${index}`, ...rule }))
    const { ruleId, trace } = explain(rules, facts)
    expect(ruleId).toBe('r1')
    expect(trace.map((entry) => entry.matched)).toEqual([false, true, true])
    expect(explain([], facts)).toEqual({ ruleId: null, trace: [] })
  })

  it('stays short when a fact is long', () => {
    const long = { ...facts, referer_host: 'a'.repeat(5000) }
    const reason = explain([{ id: 'r', ...leaf('referer_host', 'equals', 'b') }], long).trace[0]?.reason
    expect(reason?.length).toBeLessThan(200)
  })
})
