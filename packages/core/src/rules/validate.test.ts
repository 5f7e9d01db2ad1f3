// What a rule may hold, what is refused, and in which words.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compile } from './compile.ts'
import type { Conditions, Leaf } from './condition.ts'
import { FIELDS, OPERATORS, OPERATORS_BY_FIELD, VALUES_BY_FIELD } from './facts.ts'
import { validateCondition } from './validate.ts'

function issues(field: unknown, operator: unknown, value: unknown): string[] {
  const read = validateCondition({ field, operator, value })
  return read.ok ? [] : read.issues.map((issue) => issue.message)
}

function value(field: string, operator: string, value: unknown): unknown {
  const read = validateCondition({ field, operator, value })
  return read.ok ? (read.condition as Leaf).value : read.issues
}

function paths(conditions: unknown): string[] {
  const read = validateCondition({ conditions })
  return read.ok ? [] : read.issues.map((issue) => issue.path)
}

const leaf: Leaf = { field: 'country', operator: 'equals', value: 'DE' }
const nest = (levels: number): Conditions => (levels === 0 ? leaf : { all: [nest(levels - 1)] })

describe('a leaf', () => {
  it.each(FIELDS)('of %s takes the operators of its row, and no others', (field) => {
    const sample = { country: 'DE', device: 'tv', browser: 'ie', referer_host: 'a.b', language: 'en' }
    const one = field === 'hour_utc' ? 5 : field === 'returning' ? true : sample[field]
    const values = { equals: one, in: [one], not_in: [one], between: [one, one], matches: 'a' }
    for (const operator of OPERATORS) {
      const found = issues(field, operator, values[operator])
      if (OPERATORS_BY_FIELD[field].includes(operator)) expect(found).toEqual([])
      else {
        expect(found).toHaveLength(1)
        expect(found[0]).toMatch(`(${field})`)
        expect(found[0]).toMatch(OPERATORS_BY_FIELD[field].join(', '))
      }
    }
  })

  it('is normalised', () => {
    expect(value('country', 'equals', 'de')).toBe('DE')
    expect(value('country', 'in', ['de', 'DE', 'Fr'])).toEqual(['DE', 'FR'])
    expect(value('device', 'equals', 'Mobile')).toBe('mobile')
    expect(value('browser', 'not_in', ['IE', 'ie'])).toEqual(['ie'])
    expect(value('referer_host', 'equals', 'WWW.Example.COM')).toBe('example.com')
    expect(value('referer_host', 'in', ['www.a.de', 'a.de'])).toEqual(['a.de'])
    expect(value('referer_host', 'equals', 'xn--mnchen-3ya.de')).toBe('xn--mnchen-3ya.de')
    expect(value('language', 'in', ['pt-BR', 'EN'])).toEqual(['pt-br', 'en'])
    expect(value('hour_utc', 'in', [3, 3, 0])).toEqual([3, 0])
    expect(value('hour_utc', 'between', [5, 5])).toEqual([5, 5])
    expect(value('country', 'matches', '^D')).toBe('^D')
  })

  it('normalised once is normalised for good', () => {
    const host = fc.stringMatching(/^(www\.){0,3}[a-z-]{0,3}(\.[a-z0-9]{0,3}){0,2}$/)
    fc.assert(
      fc.property(host, (text) => {
        const read = validateCondition({ field: 'referer_host', operator: 'equals', value: text })
        if (read.ok) expect(validateCondition(read.condition as Leaf)).toEqual(read)
      }),
    )
  })

  it.each([
    ['country', ['D', 'DEU', 'D1', '', ' DE', 'DE\n', 'ſs', 49, null, true, ['DE'], {}]],
    ['device', ['phone', '', 'constructor', '__proto__', 1]],
    ['browser', ['netscape', 'toString', null]],
    ['referer_host', ['', 'www.', 'www.www.a.de', '.a', 'a.', 'a..b', '-a.de', 'a-.de', 'a_b.de', 'a.de:80', 'a b']],
    ['referer_host', ['http://a.de', 'münchen.de', `${'a'.repeat(64)}.de`, 'a.'.repeat(130), 'a/b', '[::1]', 5]],
    ['hour_utc', ['22', 24, -1, -0, 1.5, Number.NaN, Number.POSITIVE_INFINITY, null, [5], true]],
    ['language', ['e', '*', 'en_us', 'en-', '-en', 'en-123456789', 'abcdefghi', '12', 7]],
    ['returning', ['false', 'true', 0, 1, null, []]],
  ] as const)('of %s takes nothing else: %j', (field, wrong) => {
    for (const value of wrong) {
      expect(issues(field, 'equals', value)).toEqual([`value must be ${VALUES_BY_FIELD[field]} (${field})`])
    }
  })

  it('takes lists of 1 to 250 and names each wrong member', () => {
    const message = `value must be a list of 1 to 250 values, each ${VALUES_BY_FIELD.country} (country in)`
    for (const wrong of ['DE', [], Array(251).fill('DE'), { 0: 'DE', length: 1 }, null, undefined]) {
      expect(issues('country', 'in', wrong)).toEqual([message])
    }
    expect(issues('country', 'in', Array(250).fill('DE'))).toEqual([])
    expect(validateCondition({ field: 'hour_utc', operator: 'not_in', value: [1, '2', 3, 24] })).toEqual({
      ok: false,
      issues: [
        { path: 'value[1]', message: 'value[1] must be an integer from 0 to 23 (hour_utc)' },
        { path: 'value[3]', message: 'value[3] must be an integer from 0 to 23 (hour_utc)' },
      ],
    })
    const sparse: string[] = ['DE']
    sparse[2] = 'FR'
    expect(issues('country', 'in', sparse)).toHaveLength(1)
  })

  it('takes a pair for between', () => {
    for (const wrong of [[1], [1, 2, 3], '1-2', 5, [], { from: 1, to: 2 }]) {
      expect(issues('hour_utc', 'between', wrong)).toEqual([
        'value must be [from, to], two integers from 0 to 23, both included (hour_utc between)',
      ])
    }
    expect(issues('hour_utc', 'between', [22, '6'])).toEqual(['value[1] must be an integer from 0 to 23 (hour_utc)'])
  })

  it('takes a pattern of 1 to 256 characters for matches', () => {
    for (const wrong of ['', 'a'.repeat(257), 5, ['a'], null]) {
      expect(issues('country', 'matches', wrong)).toEqual([
        'value must be an RE2 pattern of 1 to 256 characters (country matches)',
      ])
    }
    expect(issues('country', 'matches', 'a'.repeat(256))).toEqual([])
    expect(issues('referer_host', 'matches', '(?=a)')).toEqual([
      'value must be an RE2 pattern that compiles (referer_host matches): lookaheads and lookbehinds are not supported',
    ])
  })

  it('lists all issues at once', () => {
    expect(validateCondition({})).toEqual({
      ok: false,
      issues: [
        { path: 'field', message: `field must be one of ${FIELDS.join(', ')}` },
        { path: 'operator', message: `operator must be one of ${OPERATORS.join(', ')}` },
        { path: 'value', message: 'value is missing' },
      ],
    })
    expect(issues('returning', 'in', undefined)).toEqual(['operator must be equals (returning)', 'value is missing'])
  })

  it.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'])('finds nothing in %s', (name) => {
    expect(issues(name, 'equals', 'DE')).toHaveLength(1)
    expect(issues('country', name, 'DE')).toHaveLength(1)
    expect(issues('device', 'equals', name)).toHaveLength(1)
    expect(issues('device', 'in', [name])).toHaveLength(1)
    expect(paths({ [name]: [leaf] })).toEqual(['conditions'])
    expect(paths(JSON.parse(`{ "all": [{ "field": "country", "${name}": 1 }] }`))).toContain('conditions.all[0]')
    expect(validateCondition(Object.create(leaf)).ok).toBe(false)
    expect(paths(Object.create({ all: [leaf] }))).toEqual(['conditions'])
  })
})

describe('a tree', () => {
  it('is normalised and keeps its shape', () => {
    const any = { any: [leaf, { not: { field: 'language', operator: 'in', value: ['EN', 'en'] } }] }
    expect(validateCondition({ field: null, operator: null, value: null, conditions: { all: [any] } })).toEqual({
      ok: true,
      condition: { all: [{ any: [leaf, { not: { field: 'language', operator: 'in', value: ['en'] } }] }] },
    })
  })

  it('names the place of each issue', () => {
    const wrong = { ...leaf, value: 'Germany' }
    expect(paths({ all: [leaf, { not: wrong }] })).toEqual(['conditions.all[1].not.value'])
    expect(paths({ any: [wrong, { all: [{ ...leaf, operator: 'in', value: ['DE', 1] }, {}] }, 5] })).toEqual([
      'conditions.any[0].value',
      'conditions.any[1].all[0].value[1]',
      'conditions.any[1].all[1].field',
      'conditions.any[1].all[1].operator',
      'conditions.any[1].all[1].value',
      'conditions.any[2]',
    ])
  })

  it.each([[leaf], [[leaf]], ['all'], [7], [{}], [{ constructor: [leaf] }]])(
    'starts with a group: %j',
    (conditions) => {
      const message = 'conditions must be { "all": […] }, { "any": […] } or { "not": … }'
      expect(validateCondition({ conditions })).toEqual({ ok: false, issues: [{ path: 'conditions', message }] })
    },
  )

  it('takes one key a group, and lists that are not empty', () => {
    expect(paths({ all: [leaf], any: [leaf] })).toEqual(['conditions'])
    expect(paths({ all: [leaf], extra: 1 })).toEqual(['conditions'])
    expect(paths({ all: [{ ...leaf, extra: 1 }] })).toEqual(['conditions.all[0]'])
    for (const wrong of [[], leaf, 'x', null]) expect(paths({ all: wrong })).toEqual(['conditions.all'])
    expect(paths({ not: [leaf] })).toEqual(['conditions.not'])
  })

  it('holds at most 20 leaves, wherever they are', () => {
    const ten = Array(10).fill(leaf)
    expect(paths({ all: Array(20).fill(leaf) })).toEqual([])
    expect(paths({ all: Array(21).fill(leaf) })).toEqual(['conditions.all'])
    expect(paths({ all: [{ any: ten }, { any: ten }] })).toEqual([])
    expect(paths({ all: [{ any: ten }, { any: ten }, { not: leaf }] })).toEqual(['conditions'])
    expect(paths({ all: Array(20).fill({ all: Array(20).fill({ all: ten }) }) })).toEqual(['conditions'])
  })

  it('is at most 4 levels deep', () => {
    expect(paths(nest(4))).toEqual([])
    expect(paths(nest(5))).toEqual(['conditions.all[0].all[0].all[0].all[0].all'])
    const endless: { not?: unknown } = {}
    endless.not = endless
    expect(paths(endless)).toHaveLength(1)
  })

  it('does not stand beside a leaf', () => {
    const read = validateCondition({ ...leaf, conditions: { all: [leaf] } })
    expect(read).toEqual({
      ok: false,
      issues: [
        {
          path: 'conditions',
          message: 'conditions must be absent beside field, operator and value: a rule has one or the other',
        },
      ],
    })
    expect(validateCondition({ value: false, conditions: { all: [leaf] } }).ok).toBe(false)
  })
})

describe('any JSON at all', () => {
  it('is read without a crash, and what passes compiles and is stable', () => {
    const word = fc.constantFrom<unknown>(...FIELDS, ...OPERATORS, 'DE', 'tv', 'en', 5, true, null, [5, 6], ['DE'])
    const key = fc.constantFrom('all', 'any', 'not', 'field', 'operator', 'value', '__proto__')
    const { node } = fc.letrec((tie) => ({
      node: fc.oneof({ depthSize: 'medium' }, word, fc.array(tie('node'), { maxLength: 3 }), tie('object')),
      object: fc.dictionary(key, tie('node'), { maxKeys: 3, noNullPrototype: true }),
    }))
    const input = fc.record({ field: word, operator: word, value: word, conditions: node }, { requiredKeys: [] })
    fc.assert(
      fc.property(input, (input) => {
        const read = validateCondition(input)
        if (!read.ok) {
          expect(read.issues.length).toBeGreaterThan(0)
          return
        }
        const { condition } = read
        const again = 'field' in condition ? condition : { conditions: condition }
        expect(validateCondition(again)).toEqual(read)
        compile([{ id: 'r', ...again }])
      }),
      { numRuns: 2000 },
    )
  })
})
