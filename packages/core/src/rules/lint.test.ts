// Which dead rules lint finds. That it never accuses a living one is a property in compile.test.ts.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compile } from './compile.ts'
import type { Condition, Leaf } from './condition.ts'
import { DEVICES, type Facts } from './facts.ts'
import { type Finding, lint } from './lint.ts'

function leaf(field: Leaf['field'], operator: Leaf['operator'], value: Leaf['value']): Leaf {
  return { field, operator, value }
}

const number = (conditions: readonly Condition[]) =>
  conditions.map((it, index) => ({ id: `r${index}`, ...('field' in it ? it : { conditions: it }) }))

/** Findings in short: `r1 shadowed r0`. */
function find(...conditions: Condition[]): string[] {
  return lint(number(conditions)).map(({ ruleId, kind, otherRuleId }) => [ruleId, kind, otherRuleId].join(' ').trim())
}

const DE = leaf('country', 'equals', 'DE')
const FR = leaf('country', 'equals', 'FR')
const hour = (from: number, to: number) => leaf('hour_utc', 'between', [from, to])
const back = (value: boolean) => leaf('returning', 'equals', value)

describe('lint', () => {
  it.each<[string, Condition[], string[]]>([
    ['one leaf twice', [DE, DE], ['r1 duplicate r0']],
    ['the same said differently', [DE, leaf('country', 'in', ['de'])], ['r1 duplicate r0']],
    ['lists in another order', [leaf('country', 'in', ['DE', 'FR']), { any: [FR, DE] }], ['r1 duplicate r0']],
    ['hours as sets', [hour(22, 1), leaf('hour_utc', 'in', [0, 1, 22, 23])], ['r1 duplicate r0']],
    ['a wider list before', [leaf('country', 'in', ['DE', 'FR']), DE], ['r1 shadowed r0']],
    ['a wider list after', [DE, leaf('country', 'in', ['DE', 'FR'])], []],
    ['wider hours before', [hour(20, 8), hour(22, 6)], ['r1 shadowed r0']],
    ['overlapping hours', [hour(20, 4), hour(22, 6)], []],
    [
      'fewer exclusions before',
      [leaf('country', 'not_in', ['DE']), leaf('country', 'not_in', ['DE', 'FR'])],
      ['r1 shadowed r0'],
    ],
    ['an exclusion before', [leaf('country', 'not_in', ['DE']), FR, DE], ['r1 shadowed r0']],
    [
      'a language before its kind',
      [leaf('language', 'equals', 'en'), leaf('language', 'in', ['en-us'])],
      ['r1 shadowed r0'],
    ],
    ['a kind before its language', [leaf('language', 'equals', 'en-us'), leaf('language', 'equals', 'en')], []],
    ['more conditions after', [DE, { all: [DE, hour(1, 2)] }], ['r1 shadowed r0']],
    ['both values of returning', [back(true), back(false), { all: [back(true), DE] }], ['r2 shadowed r0']],
    ['both values together', [back(true), back(false), { any: [back(true), back(false)] }], ['r2 unreachable']],
    ['unknown is not covered', [back(true), back(false), DE], []],
    [
      'an exclusion and its opposite',
      [DE, leaf('country', 'not_in', ['DE']), leaf('country', 'in', ['DE', 'US'])],
      ['r2 unreachable'],
    ],
    [
      'all devices',
      [...DEVICES.map((device) => leaf('device', 'equals', device)), leaf('device', 'in', [...DEVICES])],
      ['r7 unreachable'],
    ],
    ['all devices but one', [leaf('device', 'not_in', ['tv']), leaf('device', 'in', ['tv', 'bot'])], []],
    ['all hours', [hour(0, 11), hour(12, 23), hour(6, 18)], ['r2 unreachable']],
    ['two countries at once', [{ all: [DE, FR] }], ['r0 contradictory']],
    ['something and its opposite', [{ all: [DE, { not: DE }] }], ['r0 contradictory']],
    ['hours that do not meet', [{ all: [hour(1, 3), hour(4, 6)] }], ['r0 contradictory']],
    ['hours that meet past midnight', [{ all: [hour(22, 3), hour(3, 6)] }], []],
    [
      'nothing left of a list',
      [{ all: [leaf('country', 'in', ['DE', 'FR']), leaf('country', 'not_in', ['FR', 'DE'])] }],
      ['r0 contradictory'],
    ],
    ['no device', [leaf('device', 'not_in', [...DEVICES])], ['r0 contradictory']],
    ['not of what is always so', [{ not: { any: [back(true), back(false)] } }], ['r0 contradictory']],
    ['a country against a pattern', [{ all: [DE, leaf('country', 'matches', '^F')] }], ['r0 contradictory']],
    ['a pattern before its country', [leaf('country', 'matches', '^D'), DE, FR], ['r1 shadowed r0']],
    [
      'a pattern over all browsers',
      [leaf('browser', 'matches', '.'), leaf('browser', 'equals', 'ie')],
      ['r1 shadowed r0'],
    ],
    [
      'the same pattern',
      [leaf('referer_host', 'matches', 'a'), { all: [DE, leaf('referer_host', 'matches', 'a')] }],
      ['r1 shadowed r0'],
    ],
    ['other patterns', [leaf('referer_host', 'matches', 'a'), leaf('referer_host', 'matches', 'b')], []],
    [
      'a pattern or its opposite',
      [
        leaf('referer_host', 'matches', 'a'),
        { not: leaf('referer_host', 'matches', 'a') },
        leaf('referer_host', 'equals', 'x.y'),
      ],
      ['r2 shadowed r1'],
    ],
    ['a pattern for the bare language', [leaf('language', 'matches', '^en$'), leaf('language', 'equals', 'en')], []],
    ['rules on different facts', [DE, back(true), hour(1, 2), leaf('device', 'equals', 'tv')], []],
  ])('%s', (_, conditions, expected) => {
    expect(find(...conditions)).toEqual(expected)
  })

  it('finds the same pattern also where there are too many patterns to weigh', () => {
    const many = Array.from({ length: 30 }, (_, index) => leaf('referer_host', 'matches', `x${index % 29}y`))
    expect(find(...many)).toEqual(['r29 duplicate r0'])
    expect(find(...many.slice(1), leaf('referer_host', 'matches', 'x20y'))).toContain('r29 duplicate r19')
  })

  it('keeps to what it can weigh when there are very many rules, and still sees the same rule twice', () => {
    const hosts = Array.from({ length: 1500 }, (_, n) => leaf('referer_host', 'equals', `h${n}.com`))
    expect(find(...hosts, hosts[3]!, hosts[1400]!)).toEqual(['r1500 duplicate r3', 'r1501 duplicate r1400'])
  })

  it('says it in words', () => {
    const [finding]: Finding[] = lint(number([leaf('country', 'in', ['DE', 'FR']), DE]))
    expect(finding?.message).toBe('This rule is never reached: rule r0 before it matches all that this one matches.')
  })

  it('misses no dead rule among single leaves on facts that can be listed', () => {
    const hours = fc.array(fc.integer({ min: 0, max: 23 }), { minLength: 1, maxLength: 20 })
    const devices = fc.array(fc.constantFrom(...DEVICES), { minLength: 1, maxLength: 6 })
    const operator = fc.constantFrom('in', 'not_in')
    const any = fc.oneof(
      fc.tuple(operator, hours).map(([operator, value]) => leaf('hour_utc', operator, value)),
      fc.tuple(operator, devices).map(([operator, value]) => leaf('device', operator, value)),
      fc.boolean().map(back),
    )
    const nothing: Facts = {
      country: null,
      device: null,
      browser: null,
      referer_host: null,
      hour_utc: null,
      language: null,
      returning: null,
    }
    const visits: Facts[] = [null, ...Array(24).keys()].flatMap((hour_utc) =>
      [null, ...DEVICES].flatMap((device) =>
        [null, true, false].map((returning) => ({ ...nothing, hour_utc, device, returning })),
      ),
    )
    fc.assert(
      fc.property(fc.array(any, { maxLength: 8 }), (leaves) => {
        const rules = number(leaves)
        const program = compile(rules)
        const alive = new Set(visits.map((visit) => program.decide(visit)?.id))
        const dead = rules.filter(({ id }) => !alive.has(id)).map(({ id }) => id)
        expect(lint(rules).map(({ ruleId }) => ruleId)).toEqual(dead)
      }),
      { numRuns: 200 },
    )
  })

  it('ends soon on rules that are made to be tangled', () => {
    const all = Array.from({ length: 6 }, (_, n) => ({
      any: [hour(n, n + 9), leaf('country', 'in', ['DE', `A${'BCDEFG'[n]}`]), leaf('device', 'not_in', [DEVICES[n]!])],
    }))
    const rules = Array.from({ length: 25 }, () => ({ all }))
    expect(find(...rules)).toHaveLength(24)
    const wide = Array.from({ length: 400 }, (_, n) => leaf('hour_utc', 'equals', n % 24))
    expect(find(...wide)).toHaveLength(376)
  })
})
