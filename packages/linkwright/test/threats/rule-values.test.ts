// A rule's field, operator and value are what the documentation says they are, or the rule is refused.
//
// | threat | test |
// |---|---|
// | strings for numbers, "" for 0, true for 1, null, lists for texts, texts for lists, huge lists | wrong values |
// | patterns that do not compile, or to something huge | matches |
// | trees that are deep, large or of another shape | wrong trees |
// | a change of one part that does not fit the others | changes |
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Fields, Link, RuleList } from '../fixture/api.ts'
import { expectFailure } from '../fixture/errors.ts'
import { type Server, startServer } from '../fixture/server.ts'
import { type Crowd, type Member, openCrowd } from './crowd.ts'

let server: Server
let crowd: Crowd
let member: Member
let link: Link
const redirectUrl = 'https://example.com/ruled'

beforeAll(async () => {
  server = await startServer()
  crowd = await openCrowd(server)
  member = await crowd.member({ tokens: 3 })
  link = await member.api.link()
})
afterAll(async () => {
  await crowd.close()
  await server.stop()
})

async function expectInvalid(fields: Fields): Promise<void> {
  const reply = await member.api.post(`/links/${link.id}/rules`, { redirectUrl, ...fields })
  expectFailure(reply, 'INVALID_RULE')
  for (const { path, message } of (reply.body as { details: { path: string; message: string }[] }).details) {
    expect(path, reply.text).toMatch(/^(field|operator|value|conditions)/)
    expect(message).toMatch(/must|takes|is /)
  }
}

const NEVER: readonly unknown[] = [null, {}, [], '', ' ', { toString: 'US' }, [['US']], 1.5, -1, 24, 1e300, -0.5, '\n']
const WRONG: Readonly<Record<string, readonly unknown[]>> = {
  country: [0, 1, true, 'U', 'USA', ' US', 'US ', 'U1', 'ＵＳ', 'US,DE', ['US']],
  device: [0, true, 'phone', 'Mobile ', 'mobile,desktop', ['mobile'], 'constructor'],
  browser: [0, false, 'netscape', 'chrome\u0131', ['chrome'], '__proto__'],
  referer_host: [
    0,
    true,
    'https://example.com',
    'example.com/x',
    'example.com:80',
    'a b',
    '-a.com',
    'www.www.a.com',
    '*.a.com',
  ].concat(['a..com', `${'a'.repeat(64)}.com`, 'x.'.repeat(130)]),
  hour_utc: [true, false, '0', '12', '08', '1e1', '0x1', 'noon', [12], { hour: 12 }, '٣', 23.999999],
  language: [0, true, 'e', 'en_US', 'en-', '-en', 'en us', 'en;q=1', '*', 'français', ['en']],
  returning: [0, 1, 'true', 'false', 'yes', [true], { value: true }],
} as const

test.each(Object.entries(WRONG))('%s equals nothing but its own kind of value', async (field, values) => {
  for (const value of [...NEVER, ...values]) await expectInvalid({ field, operator: 'equals', value })
})

test.each(['country', 'device', 'browser', 'referer_host', 'hour_utc', 'language'])(
  '%s in: lists of its own kind alone',
  async (field) => {
    const good: Readonly<Record<string, unknown>> = {
      country: 'US',
      device: 'mobile',
      browser: 'ie',
      hour_utc: 1,
      language: 'en',
    }
    const one = good[field] ?? 'example.com'
    const many = Array.from({ length: 251 }, () => one)
    for (const value of [
      one,
      [],
      many,
      [one, null],
      [one, [one]],
      [one, {}],
      [one, ''],
      { 0: one, length: 1 },
      `${one},${one}`,
      null,
    ]) {
      await expectInvalid({ field, operator: 'in', value })
    }
    await expectInvalid({ field, operator: 'not_in', value: [one, field === 'hour_utc' ? '1' : 1] })
  },
)

test('between takes two hours, and hours alone', async () => {
  const values = [
    [],
    [1],
    [1, 2, 3],
    ['1', '2'],
    [1, '2'],
    [true, 5],
    [null, 5],
    [-1, 5],
    [0, 24],
    [1.5, 2],
    '1..2',
    '1,2',
    5,
    { from: 1, to: 2 },
  ]
  for (const value of [...values, [[1], [2]], [1e9, 2], null])
    await expectInvalid({ field: 'hour_utc', operator: 'between', value })
  for (const field of ['country', 'device', 'returning'])
    await expectInvalid({ field, operator: 'between', value: [1, 2] })
})

test('matches takes a pattern that compiles, of a bounded size, where there is text', async () => {
  const patterns = [
    '',
    'x'.repeat(257),
    '(',
    ')',
    '[',
    '*',
    'a**',
    '\\',
    '(?=a)',
    '(?<!a)',
    '(a)\\1',
    '(?<n>a)\\k<n>',
    'a{1001}',
  ].concat(['((((a{50}){50}){50}){50})', '(?', '[z-a]', '\\p{Nope}', 'a{2,1}'])
  for (const value of [...patterns, 1, true, null, {}, ['a'], ['a', 'b']]) {
    await expectInvalid({ field: 'referer_host', operator: 'matches', value })
  }
  for (const field of ['device', 'hour_utc', 'returning'])
    await expectInvalid({ field, operator: 'matches', value: 'a' })
})

test('fields and operators are the documented words, as they are written', async () => {
  for (const field of [null, '', 'Country', 'country ', 'ip', 'COUNTRY', 0, true, {}, [], ['country'], 'os']) {
    await expectInvalid({ field, operator: 'equals', value: 'US' })
  }
  for (const operator of [null, '', 'EQUALS', 'eq', '=', 'not_equals', 0, true, {}, ['in'], '$ne', 'regex']) {
    await expectInvalid({ field: 'country', operator, value: 'US' })
  }
})

test('trees of another shape, too deep or too large are refused', async () => {
  const leaf = { field: 'country', operator: 'equals', value: 'US' }
  const nested = (levels: number): unknown => (levels === 0 ? leaf : { not: nested(levels - 1) })
  const trees = [
    leaf,
    [],
    [leaf],
    'all',
    1,
    true,
    {},
    { all: [] },
    { any: {} },
    { all: { 0: leaf, length: 1 } },
    { not: [leaf] },
  ]
    .concat([
      { all: [leaf], any: [leaf] } as never,
      { all: [leaf], extra: 1 } as never,
      { none: [leaf] } as never,
      { all: [null] } as never,
    ])
    .concat([
      nested(5) as never,
      nested(20) as never,
      { any: Array.from({ length: 21 }, () => leaf) } as never,
      { all: [{ ...leaf, x: 1 }] } as never,
    ])
    .concat([
      { all: [{ all: Array(15).fill(leaf) }, { any: Array(6).fill(leaf) }] } as never,
      { all: ['country'] } as never,
    ])
  for (const conditions of trees) await expectInvalid({ conditions })
  await expectInvalid({ conditions: { all: [leaf] }, ...leaf })
  for (const key of ['__proto__', 'constructor', 'prototype']) {
    const body = `{"redirectUrl":"${redirectUrl}","conditions":{"all":[{"${key}":{"field":"country"}}]}}`
    expectFailure(await member.api.post(`/links/${link.id}/rules`, body), 'VALIDATION_ERROR')
  }
  expect((await member.api.get<RuleList>(`/links/${link.id}/rules`)).body.data).toEqual([])
})

test('a change of one part has to fit the parts that stay, or nothing is changed', async () => {
  const other = await member.api.link()
  const rule = await member.api.rule(other, { field: 'country', operator: 'equals', value: 'US', redirectUrl })
  const fields = [{ field: null }, { field: 'hour_utc' }, { field: 'device' }, { field: '' }, { field: ['country'] }]
  const operators = [{ operator: null }, { operator: 'in' }, { operator: 'between' }, { operator: 'EQUALS' }]
  const values = [{ value: null }, { value: 5 }, { value: '' }, { value: ['US'] }, { value: { 0: 'US' } }]
  const others = [
    { conditions: [] },
    { conditions: { all: [] } },
    { conditions: 'x' },
    { redirectUrl: null },
    { redirectUrl: 5 },
  ]
  for (const change of [...fields, ...operators, ...values, ...others]) {
    expectFailure(await member.api.patch(`/rules/${rule.id}`, change), 'INVALID_RULE')
  }
  expect((await member.api.get<RuleList>(`/links/${other.id}/rules`)).body.data).toEqual([rule])
})
