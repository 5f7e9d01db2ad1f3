// Parsing at the door: all issues, the code they agree on, and never an echo of what was sent.
import { expect, test } from 'vitest'
import { z } from 'zod'
import { failureOf } from '../test/world.ts'
import { parse } from './parse.ts'

const slug = (message: string) =>
  z.string().superRefine((text, context) => {
    if (text === 'bad') context.addIssue({ code: 'custom', message, params: { code: 'INVALID_SLUG' } })
  })
const schema = z.strictObject({
  a: z.int(),
  s: slug('is not a slug').optional(),
  t: slug('neither').optional(),
  list: z.array(z.strictObject({ n: z.number() })).optional(),
  names: z.record(z.string().max(5), z.string()).optional(),
})

const failure = (input: unknown) => failureOf(() => parse(schema, input))

test('what fits comes back', () => {
  expect(parse(schema, { a: 1 })).toEqual({ a: 1 })
})

test('every issue is listed, with its path', async () => {
  const error = await failure({ a: 'x', extra: 1, list: [{ n: 1 }, { n: '2', odd: true }] })
  expect(error.code).toBe('VALIDATION_ERROR')
  expect(error.details?.map(({ path }) => path).sort()).toEqual(['a', 'extra', 'list[1].n', 'list[1].odd'])
  expect(error.message).toContain('(and 3 more)')
})

test('a code is given only when all issues ask for it', async () => {
  expect((await failure({ a: 1, s: 'bad' })).code).toBe('INVALID_SLUG')
  expect((await failure({ a: 1, s: 'bad', t: 'bad' })).code).toBe('INVALID_SLUG')
  expect((await failure({ a: 'x', s: 'bad' })).code).toBe('VALIDATION_ERROR')
})

test('an issue may name its own path, and no code that does not exist', async () => {
  const odd = z.string().superRefine((_, context) => {
    context.addIssue({ code: 'custom', message: 'no', params: { code: 'toString', path: 'else.where' } })
  })
  const error = await failureOf(() => parse(z.strictObject({ odd }), { odd: '' }))
  expect(error).toMatchObject({ code: 'VALIDATION_ERROR', details: [{ path: 'else.where', message: 'no' }] })
})

test.each(['<script>', 'a b', '\u202e', 'x'.repeat(41), 'constructor.prototype', ''])(
  'a field named %j is refused without its name',
  async (name) => {
    const error = await failure({ a: 1, [name]: 1 })
    expect(error.details).toEqual([{ path: '(unnamed)', message: 'is not a known field' }])
    if (name !== '') expect(JSON.stringify([error.message, error.details])).not.toContain(name)
  },
)

test('names in a record are the sender’s too', async () => {
  const error = await failure({ a: 1, names: { '<b>': 5, 'too long a name': 'x' } })
  expect(error.details).toHaveLength(2)
  expect(error.details?.every(({ path }) => path === 'names.(unnamed)')).toBe(true)
})

test('values are not repeated, and something that is no object is refused too', async () => {
  const error = await failure({ a: 'secret-value', s: 77, list: 'other-secret' })
  expect(JSON.stringify([error.message, error.details])).not.toMatch(/secret|77/)
  for (const input of [null, undefined, [], 'x', 5]) expect((await failure(input)).code).toBe('VALIDATION_ERROR')
})
