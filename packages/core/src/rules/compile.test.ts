// The engine against a naive reading of the same rules, and the corners that such a reading gets wrong.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compile, decide } from './compile.ts'
import { type Condition, type Conditions, InvalidRuleError, type Leaf, type RuleLike } from './condition.ts'
import { explain } from './explain.ts'
import { BROWSERS, DEVICES, type Facts, FIELDS, type Field } from './facts.ts'
import { lint } from './lint.ts'

const COUNTRIES = ['DE', 'FR', 'US', 'AT', 'BR', 'JP']
const HOSTS = ['example.com', 'news.example.com', 'localhost', 'a.b', 'x--y.de', 'www']
const LANGUAGES = ['en', 'en-us', 'pt', 'pt-br', 'zh-hant-tw', 'de']
const PATTERNS = ['^e', 'e$', '[a-f]+', 'X', 'de|fr', '^(example|news)\\.', 'r$', '-', '.', '^..$']

const nothing: Facts = {
  country: null,
  device: null,
  browser: null,
  referer_host: null,
  hour_utc: null,
  language: null,
  returning: null,
}

const facts: fc.Arbitrary<Facts> = fc.record({
  country: maybe(COUNTRIES),
  device: maybe(DEVICES),
  browser: maybe(BROWSERS),
  referer_host: maybe(HOSTS),
  hour_utc: fc.option(fc.integer({ min: 0, max: 23 })),
  language: maybe([...LANGUAGES, 'en-gb', 'fr']),
  returning: fc.option(fc.boolean()),
})

const leaf: fc.Arbitrary<Leaf> = fc.oneof(
  texts('country', COUNTRIES),
  texts('device', DEVICES),
  texts('browser', BROWSERS),
  texts('referer_host', HOSTS),
  texts('language', LANGUAGES),
  fc
    .tuple(fc.constantFrom('country', 'browser', 'referer_host', 'language'), fc.constantFrom(...PATTERNS))
    .map(([field, value]): Leaf => ({ field, operator: 'matches', value })),
  fc.oneof(
    fc.integer({ min: 0, max: 23 }).map((value): Leaf => ({ field: 'hour_utc', operator: 'equals', value })),
    hours(1, 24).map((value): Leaf => ({ field: 'hour_utc', operator: 'in', value })),
    hours(1, 24).map((value): Leaf => ({ field: 'hour_utc', operator: 'not_in', value })),
    hours(2, 2).map((value): Leaf => ({ field: 'hour_utc', operator: 'between', value })),
  ),
  fc.boolean().map((value): Leaf => ({ field: 'returning', operator: 'equals', value })),
)

const condition: fc.Arbitrary<Condition> = fc.oneof(leaf, tree(leaf), tree(fc.oneof(leaf, tree(leaf))))
const rules: fc.Arbitrary<RuleLike[]> = fc
  .array(condition, { maxLength: 8 })
  .map((list) => list.map((it, index) => ({ id: `r${index}`, ...('field' in it ? it : { conditions: it }) })))

function maybe<T>(values: readonly T[]): fc.Arbitrary<T | null> {
  return fc.option(fc.constantFrom(...values), { freq: 4 })
}
function hours(minLength: number, maxLength: number): fc.Arbitrary<number[]> {
  return fc.array(fc.integer({ min: 0, max: 23 }), { minLength, maxLength })
}
function texts(field: Field, values: readonly string[]): fc.Arbitrary<Leaf> {
  const one = fc.constantFrom(...values)
  const list = fc.array(one, { minLength: 1, maxLength: 8 })
  return fc.oneof(
    one.map((value): Leaf => ({ field, operator: 'equals', value })),
    list.map((value): Leaf => ({ field, operator: 'in', value })),
    list.map((value): Leaf => ({ field, operator: 'not_in', value })),
  )
}
function tree(member: fc.Arbitrary<Conditions>): fc.Arbitrary<Conditions> {
  const members = fc.array(member, { minLength: 1, maxLength: 4 })
  return fc.oneof(
    members.map((all) => ({ all })),
    members.map((any) => ({ any })),
    member.map((not) => ({ not })),
  )
}

/** The naive reading: what the documentation says, word by word. JavaScript's own RegExp does for these patterns. */
function read(condition: Condition, facts: Facts): boolean | null {
  if ('not' in condition) {
    const inner = read(condition.not, facts)
    return inner === null ? null : !inner
  }
  if ('all' in condition) {
    const members = condition.all.map((member) => read(member, facts))
    return members.includes(false) ? false : members.includes(null) ? null : true
  }
  if ('any' in condition) {
    const members = condition.any.map((member) => read(member, facts))
    return members.includes(true) ? true : members.includes(null) ? null : false
  }
  const { field, operator, value } = condition
  const fact = facts[field]
  if (fact === null) return null
  if (operator === 'matches') return new RegExp(String(value), 'i').test(String(fact))
  const same = (wanted: unknown) => fact === wanted || (field === 'language' && String(fact).split('-')[0] === wanted)
  if (operator === 'equals') return same(value)
  const list = value as readonly number[]
  if (operator === 'in') return list.some(same)
  if (operator === 'not_in') return !list.some(same)
  const [from = 0, to = 0] = list
  return from <= to ? Number(fact) >= from && Number(fact) <= to : Number(fact) >= from || Number(fact) <= to
}

function pick(rules: readonly RuleLike[], facts: Facts): string | null {
  const rule = rules.find((rule) => read(rule.conditions ?? (rule as Leaf), facts) === true)
  return rule?.id ?? null
}

describe('deciding', () => {
  it('agrees with the naive reading, and explain agrees with both', () => {
    fc.assert(
      fc.property(rules, fc.array(facts, { minLength: 5, maxLength: 5 }), (rules, visits) => {
        const program = compile(rules)
        for (const visit of visits) {
          const expected = pick(rules, visit)
          expect(decide(program, visit)?.id ?? null).toBe(expected)
          const { ruleId, trace } = explain(rules, visit)
          expect(ruleId).toBe(expected)
          const truths = rules.map((rule) => read(rule.conditions ?? (rule as Leaf), visit) === true)
          expect(trace.map((entry) => entry.matched)).toEqual(truths)
          expect(trace.map((entry) => entry.ruleId)).toEqual(rules.map((rule) => rule.id))
        }
      }),
      { numRuns: 1000 },
    )
  })

  it('never decides for a rule that lint reports', () => {
    let reported = 0
    fc.assert(
      fc.property(rules, fc.array(facts, { minLength: 40, maxLength: 40 }), (rules, visits) => {
        const dead = lint(rules).map((finding) => finding.ruleId)
        reported += dead.length
        for (const visit of visits) expect(dead).not.toContain(pick(rules, visit))
      }),
      { numRuns: 1000 },
    )
    expect(reported).toBeGreaterThan(50)
  })

  it('matches nothing when nothing is known', () => {
    fc.assert(
      fc.property(rules, (rules) => {
        expect(compile(rules).decide(nothing)).toBe(null)
      }),
    )
  })

  it('returns the very rule that was given', () => {
    const rule = { id: 'a', field: 'country', operator: 'equals', value: 'de', redirectUrl: 'https://a.b/' } as const
    expect(compile([rule]).decide({ ...nothing, country: 'DE' })).toBe(rule)
  })

  it('keeps unknown unknown under not, and lets any and all decide without it', () => {
    const de: Leaf = { field: 'country', operator: 'equals', value: 'DE' }
    const night: Leaf = { field: 'hour_utc', operator: 'between', value: [22, 6] }
    const at = { ...nothing, hour_utc: 3 }
    const won = (conditions: Conditions) => compile([{ id: 'r', conditions }]).decide(at) !== null
    expect(won({ not: de })).toBe(false)
    expect(won({ any: [de, night] })).toBe(true)
    expect(won({ all: [de, night] })).toBe(false)
    expect(won({ not: { all: [de, { not: night }] } })).toBe(true)
    expect(won({ not: { any: [de, { not: night }] } })).toBe(false)
  })

  it.each([
    [
      [22, 6],
      [22, 23, 0, 1, 2, 3, 4, 5, 6],
    ],
    [
      [6, 8],
      [6, 7, 8],
    ],
    [[5, 5], [5]],
    [[0, 23], Array.from({ length: 24 }, (_, hour) => hour)],
    [[12, 11], Array.from({ length: 24 }, (_, hour) => hour)],
    [
      [23, 0],
      [0, 23],
    ],
  ])('between %j holds both ends and wraps past midnight', (value, expected) => {
    const program = compile([{ id: 'r', field: 'hour_utc', operator: 'between', value }])
    const inside = Array.from({ length: 24 }, (_, hour_utc) => hour_utc).filter((hour_utc) => {
      return program.decide({ ...nothing, hour_utc }) !== null
    })
    expect(inside).toEqual(expected.toSorted((a, b) => a - b))
  })

  it.each([-1, -9, 24, 32, Number.NaN])('takes the hour %d for unknown', (hour_utc) => {
    const all = Array.from({ length: 24 }, (_, hour) => hour)
    const program = compile([
      { id: 'in', field: 'hour_utc', operator: 'in', value: all },
      { id: 'out', field: 'hour_utc', operator: 'not_in', value: [1] },
    ])
    expect(program.decide({ ...nothing, hour_utc })).toBe(null)
  })

  it.each([
    ['en', 'en-us', true],
    ['en', 'en', true],
    ['en', 'eng', false],
    ['pt-br', 'pt-br', true],
    ['pt-br', 'pt', false],
    ['pt-br', 'pt-pt', false],
    ['pt-br', 'pt-br-x', false],
    ['EN', 'en-gb', true],
  ])('language %s tried on %s: %s', (value, language, expected) => {
    const won = (rule: object) => compile([{ id: 'r', field: 'language', ...rule }]).decide({ ...nothing, language })
    expect(won({ operator: 'equals', value }) !== null).toBe(expected)
    expect(won({ operator: 'in', value: ['xx', value] }) !== null).toBe(expected)
    expect(won({ operator: 'not_in', value: ['xx', value] }) !== null).toBe(!expected)
  })

  it('reads only the facts that are needed, and each leaf reads once', () => {
    const reads: string[] = []
    const lazy = {} as Facts
    for (const field of FIELDS) {
      const get = () => {
        reads.push(field)
        return null
      }
      Object.defineProperty(lazy, field, { get })
    }
    const program = compile([
      { id: 'a', field: 'returning', operator: 'equals', value: true },
      { id: 'b', conditions: { any: [{ not: { field: 'device', operator: 'in', value: ['tv', 'bot'] } }] } },
      { id: 'c', field: 'hour_utc', operator: 'equals', value: 3 },
      { id: 'd', field: 'language', operator: 'matches', value: 'e' },
    ])
    expect(program.decide(lazy)).toBe(null)
    expect(reads).toEqual(['returning', 'device', 'hour_utc', 'language'])
    expect(Object.entries(program.needs).flatMap(([field, needed]) => (needed ? [field] : []))).toEqual([
      'device',
      'hour_utc',
      'language',
      'returning',
    ])
    reads.length = 0
    explain(program.rules, lazy)
    expect(reads.toSorted()).toEqual(['device', 'hour_utc', 'language', 'returning'])
  })

  it('does not see changes made to the rules afterwards', () => {
    const value = ['DE']
    const program = compile([{ id: 'r', field: 'country', operator: 'in', value }])
    value.push('FR')
    expect(program.decide({ ...nothing, country: 'FR' })).toBe(null)
  })

  it('refuses invalid rules with every issue of every rule', () => {
    const rules: RuleLike[] = [
      { id: 'a', field: 'country', operator: 'equals', value: 'Germany' },
      { id: 'b', field: 'device', operator: 'equals', value: 'tv' },
      { id: 'c', conditions: { any: [{ field: 'device', operator: 'between', value: 'x' }] } },
    ]
    for (const act of [() => compile(rules), () => explain(rules, nothing), () => lint(rules)]) {
      expect(act).toThrow(InvalidRuleError)
    }
    try {
      compile(rules)
    } catch (error) {
      const paths = error instanceof InvalidRuleError ? error.issues.map((issue) => issue.path) : []
      expect(paths).toEqual(['rules[0].value', 'rules[2].conditions.any[0].operator'])
    }
  })
})
