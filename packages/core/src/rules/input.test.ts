// What a rule's body may be: which mistake has which code, and that all of them are told.
import { describe, expect, test } from 'vitest'
import { failureOf } from '../../test/world.ts'
import { parse } from '../parse.ts'
import { changeCondition, newRule, ruleChange } from './input.ts'

const leaf = { field: 'country', operator: 'equals', value: 'de' }
const redirectUrl = 'https://example.com'
const failure = (body: unknown, schema: typeof newRule | typeof ruleChange = newRule) =>
  failureOf(() => parse(schema, body))

test('a leaf and a tree, in one form', () => {
  const url = { redirectUrl: 'https://example.com/' }
  const kept = { field: 'country', operator: 'equals', value: 'DE' }
  expect(parse(newRule, { ...leaf, redirectUrl })).toEqual({ ...kept, conditions: null, ...url })
  expect(parse(newRule, { ...leaf, conditions: null, redirectUrl })).toEqual({ ...kept, conditions: null, ...url })
  const nothing = { field: null, operator: null, value: null }
  const tree = { ...nothing, conditions: { not: kept }, ...url }
  expect(parse(newRule, { conditions: { not: leaf }, redirectUrl })).toEqual(tree)
  expect(parse(newRule, { ...nothing, conditions: { not: leaf }, redirectUrl })).toEqual(tree)
})

describe('a value that is wrong is INVALID_RULE', () => {
  test.each<[string, object]>([
    ['field', { ...leaf, field: 'city', redirectUrl }],
    ['field', { ...leaf, field: null, redirectUrl }],
    ['operator', { ...leaf, operator: 'like', redirectUrl }],
    ['operator', { ...leaf, operator: 5, redirectUrl }],
    ['value', { ...leaf, value: 'Germany', redirectUrl }],
    ['value', { ...leaf, value: null, redirectUrl }],
    ['value', { field: 'hour_utc', operator: 'equals', value: '5', redirectUrl }],
    ['value', { field: 'returning', operator: 'equals', value: 'false', redirectUrl }],
    ['value', { field: 'language', operator: 'matches', value: '(', redirectUrl }],
    ['conditions', { conditions: {}, redirectUrl }],
    ['conditions', { conditions: [], redirectUrl }],
    ['conditions', { conditions: 'all', redirectUrl }],
    ['conditions', { ...leaf, conditions: { not: leaf }, redirectUrl }],
    ['conditions.all[0].value', { conditions: { all: [{ ...leaf, value: 1 }] }, redirectUrl }],
    ['redirectUrl', { ...leaf, redirectUrl: 'javascript:alert(1)' }],
    ['redirectUrl', { ...leaf, redirectUrl: null }],
    ['redirectUrl', { ...leaf, redirectUrl: 5 }],
  ])('%s: %j', async (path, body) => {
    const error = await failure(body)
    expect(error.code).toBe('INVALID_RULE')
    expect(error.details?.map((issue) => issue.path)).toEqual([path])
    expect(error.message).toContain(path.split(/[.[]/)[0])
  })
})

describe('a key that is missing or unknown is VALIDATION_ERROR', () => {
  test.each<[string[], object]>([
    [['field', 'operator', 'value', 'redirectUrl'], {}],
    [['value'], { field: 'country', operator: 'equals', redirectUrl }],
    [['redirectUrl'], { conditions: { not: leaf } }],
    [['priority'], { ...leaf, redirectUrl, priority: 1 }],
    [['linkId', 'id'], { ...leaf, redirectUrl, linkId: 'x', id: 'y' }],
  ])('%j: %j', async (paths, body) => {
    const error = await failure(body)
    expect(error.code).toBe('VALIDATION_ERROR')
    expect(error.details?.map((issue) => issue.path)).toEqual(paths)
  })

  test('wrong values beside it are told too', async () => {
    const error = await failure({ field: 'city', operator: 'equals', redirectUrl: 'x' })
    expect(error.code).toBe('VALIDATION_ERROR')
    expect(error.details?.map((issue) => issue.path)).toEqual(['value', 'field', 'redirectUrl'])
  })
})

test('all that is wrong with a rule is told, and nothing of it repeated', async () => {
  const error = await failure({ field: 'city-secret', operator: 'secret', value: 'secret', redirectUrl: 'secret' })
  expect(error.details?.map((issue) => issue.path)).toEqual(['field', 'operator', 'redirectUrl'])
  expect(JSON.stringify([error.message, error.details])).not.toContain('secret')
})

describe('a change', () => {
  const before = { field: 'country', operator: 'in', value: ['DE', 'AT'], conditions: null } as const
  const after = (body: object) => changeCondition(before, parse(ruleChange, body))

  test('of the target alone leaves the condition', () => {
    expect(parse(ruleChange, { redirectUrl })).toEqual({ redirectUrl: 'https://example.com/' })
    expect(after({ redirectUrl })).toEqual(before)
    expect(after({})).toEqual(before)
  })

  test('of a part is judged beside what is there', async () => {
    expect(after({ value: ['fr'] })).toEqual({ ...before, value: ['FR'] })
    expect(after({ operator: 'not_in' })).toEqual({ ...before, operator: 'not_in' })
    expect(after({ operator: 'equals', value: 'fr' })).toEqual({ ...before, operator: 'equals', value: 'FR' })
    const error = await failureOf(() => after({ field: 'device' }))
    expect(error.code).toBe('INVALID_RULE')
    expect(error.details?.map((issue) => issue.path)).toEqual(['value[0]', 'value[1]'])
  })

  test('from a leaf to a tree and back', async () => {
    const tree = changeCondition(before, parse(ruleChange, { conditions: { any: [leaf] } }))
    expect(tree).toEqual({
      field: null,
      operator: null,
      value: null,
      conditions: { any: [{ ...leaf, value: 'DE' }] },
    })
    expect(changeCondition(tree, parse(ruleChange, leaf))).toEqual({ ...leaf, value: 'DE', conditions: null })
    expect(changeCondition(tree, { redirectUrl })).toEqual(tree)
    for (const part of [{ value: 'FR' }, { conditions: null }]) {
      expect((await failureOf(() => changeCondition(tree, part))).code).toBe('INVALID_RULE')
    }
  })

  test('that is whole is judged at the door', async () => {
    expect((await failure({ ...leaf, value: 'Germany' }, ruleChange)).code).toBe('INVALID_RULE')
    expect((await failure({ conditions: { any: [] } }, ruleChange)).code).toBe('INVALID_RULE')
    expect((await failure({ ...leaf, conditions: { not: leaf } }, ruleChange)).code).toBe('INVALID_RULE')
    expect((await failure({ redirectUrl: 'x', value: 5 }, ruleChange)).code).toBe('INVALID_RULE')
    expect((await failure({ priority: 1 }, ruleChange)).code).toBe('VALIDATION_ERROR')
  })
})
