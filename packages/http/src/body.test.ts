// Bodies that are JSON, and all those that are not.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { callOf } from '../test/world.ts'
import { checkJsonType, parseJson } from './body.ts'

const codeOf = (work: () => unknown): unknown => {
  try {
    work()
  } catch (error) {
    return (error as { code?: unknown }).code ?? error
  }
  return 'accepted'
}
const read = (text: string | Uint8Array) => codeOf(() => parseJson(Buffer.from(text)))
const typed = (headers: Record<string, string | readonly string[]>) =>
  codeOf(() => checkJsonType(callOf({ path: '/', headers })))

describe('checkJsonType', () => {
  test.each([
    'application/json',
    'Application/JSON',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
    'application/json; profile=x',
  ])('takes %s', (type) => expect(typed({ 'content-type': type })).toBe('accepted'))

  test.each([
    '',
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json; charset=utf-16',
    'application/json; charset=iso-8859-1',
    'application/jsonp',
    'application/vnd.api+json',
    'text/plain, application/json',
  ])('refuses "%s"', (type) => expect(typed({ 'content-type': type })).toBe('UNSUPPORTED_MEDIA_TYPE'))

  test('refuses none, two, and anything compressed', () => {
    expect(typed({})).toBe('UNSUPPORTED_MEDIA_TYPE')
    expect(typed({ 'content-type': ['application/json', 'application/json'] })).toBe('UNSUPPORTED_MEDIA_TYPE')
    const json = { 'content-type': 'application/json' }
    expect(typed({ ...json, 'content-encoding': 'identity' })).toBe('accepted')
    for (const encoding of ['gzip', 'br', 'identity, gzip']) {
      expect(typed({ ...json, 'content-encoding': encoding })).toBe('UNSUPPORTED_MEDIA_TYPE')
    }
  })
})

describe('parseJson', () => {
  test('gives any JSON back', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false, maxDepth: 6 }), (value) => {
        const text = JSON.stringify(value)
        fc.pre(!/__proto__|constructor|prototype|\\u0000|\\ud[89a-f]/.test(text))
        expect(parseJson(Buffer.from(text))).toEqual(JSON.parse(text))
      }),
    )
  })

  test.each(['', ' ', '{', '{"a":1,}', "{'a':1}", 'undefined', 'NaN', '[1 2]', '{"a":01}', '\u0000', '"\n"', '{}x'])(
    'refuses %j as no JSON',
    (text) => expect(read(text)).toBe('INVALID_JSON'),
  )

  test('refuses invalid UTF-8 as no JSON', () => {
    for (const bytes of [
      [0x22, 0xff, 0x22],
      [0x22, 0xc0, 0xaf, 0x22],
      [0x22, 0xed, 0xa0, 0x80, 0x22],
      [0xfe, 0xff, 0, 0x7b],
    ]) {
      expect(read(Uint8Array.from(bytes))).toBe('INVALID_JSON')
    }
  })

  test.each([
    '{"__proto__":1}',
    '{"a":[{"constructor":{}}]}',
    '{"a":{"b":{"prototype":null}}}',
    '{"\\u005f_proto__":1}',
    '{"title":"a\\u0000b"}',
    '{"a\\u0000":1}',
    '{"title":"\\ud800"}',
    '{"title":"\\udc00\\ud800"}',
    '[1e999]',
    '{"maxClicks":-1e400}',
  ])('refuses %s', (text) => expect(read(text)).toBe('VALIDATION_ERROR'))

  test('counts levels', () => {
    const nest = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
    expect(read(nest(32))).toBe('accepted')
    expect(read(nest(33))).toBe('VALIDATION_ERROR')
    expect(read(nest(50_000))).toBe('VALIDATION_ERROR')
    expect(read('['.repeat(100_000))).toBe('INVALID_JSON')
    expect(read(`${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`)).toBe('VALIDATION_ERROR')
  })

  test('takes whole characters of two halves', () => {
    expect(parseJson(Buffer.from('"\\ud83d\\ude00"'))).toBe('😀')
  })
})
