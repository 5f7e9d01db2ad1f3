// Bodies: JSON, whole, small and honest; and the order in which a call is judged.
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { DESTINATION } from './fixture/api.ts'
import { type Code, expectFailure } from './fixture/errors.ts'
import { createPerson } from './fixture/people.ts'
import { startServer } from './fixture/server.ts'

const server = await startServer()
afterAll(() => server.stop())
const [{ api }, growth] = await Promise.all([createPerson(server, 'premium'), createPerson(server, 'growth')])
const good = JSON.stringify({ destinationUrl: DESTINATION })

describe('INVALID_JSON', () => {
  test.each([
    ['nothing', ''],
    ['a broken object', '{"destinationUrl":'],
    ['a trailing comma', '{"destinationUrl":"https://example.com/",}'],
    ['single quotes', "{'destinationUrl':'https://example.com/'}"],
    ['two values', `${good}${good}`],
    ['bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22])],
    ['a form', 'destinationUrl=https%3A%2F%2Fexample.com'],
  ])('%s', async (_, body) => expectFailure(await api.post('/links', body), 'INVALID_JSON'))
})

describe('VALIDATION_ERROR', () => {
  test.each([
    ['null', 'null'],
    ['a list', '[]'],
    ['a text', '"x"'],
    ['a number', '7'],
    ['__proto__', `{"destinationUrl":"${DESTINATION}","__proto__":{"x":1}}`],
    ['constructor', `{"destinationUrl":"${DESTINATION}","constructor":1}`],
    ['prototype, deep inside', `{"destinationUrl":{"a":[{"prototype":1}]}}`],
    ['a number beyond all numbers', `{"destinationUrl":"${DESTINATION}","maxClicks":1e999}`],
    ['half a character', `{"destinationUrl":"${DESTINATION}","title":"\\ud800"}`],
    ['brackets upon brackets', `{"destinationUrl":${'['.repeat(5000)}${']'.repeat(5000)}}`],
  ])('%s', async (_, body) => expectFailure(await api.post('/links', body), 'VALIDATION_ERROR'))

  test('__proto__ is refused at any depth of a preview and of conditions', async () => {
    const link = await api.link()
    expectFailure(await api.post(`/links/${link.id}/preview`, '{"headers":{"__proto__":"x"}}'), 'VALIDATION_ERROR')
    const rule = `{"conditions":{"all":[{"__proto__":{}}]},"redirectUrl":"${DESTINATION}"}`
    expectFailure(await api.post(`/links/${link.id}/rules`, rule), 'VALIDATION_ERROR')
  })
})

describe('PAYLOAD_TOO_LARGE', () => {
  const sized = (bytes: number) => `${good}${' '.repeat(bytes - good.length)}`

  test('100 kB pass, one byte more does not', async () => {
    expect((await api.post('/links', sized(100_000))).status).toBe(201)
    expectFailure(await api.post('/links', sized(100_001)), 'PAYLOAD_TOO_LARGE')
  })

  test('however it is sent', async () => {
    const chunked = { 'Transfer-Encoding': 'chunked', 'Content-Length': [] }
    expectFailure(await api.post('/links', sized(150_000), chunked), 'PAYLOAD_TOO_LARGE')
    expectFailure(await api.post('/links', sized(3_000_000)), 'PAYLOAD_TOO_LARGE')
  })
})

describe('UNSUPPORTED_MEDIA_TYPE', () => {
  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
    'application/json; charset=latin1',
    'json',
    '',
  ])('%j', async (type) => {
    expectFailure(await api.post('/links', good, { 'Content-Type': type }), 'UNSUPPORTED_MEDIA_TYPE')
  })

  test('no type at all', async () => {
    expectFailure(await api.post('/links', good, { 'Content-Type': [] }), 'UNSUPPORTED_MEDIA_TYPE')
  })

  test('a compressed body', async () => {
    const zipped = gzipSync(good)
    expectFailure(await api.post('/links', zipped, { 'Content-Encoding': 'gzip' }), 'UNSUPPORTED_MEDIA_TYPE')
  })

  test.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON;charset="UTF-8"'])(
    '%s passes',
    async (type) => expect((await api.post('/links', good, { 'Content-Type': type })).status).toBe(201),
  )
})

describe('the order in which a call is judged', async () => {
  const mine = await api.link({ customSlug: 'order-taken' })
  const unknown = '/links/lnk_00000000000000000000000000'
  const APP = { iosUrl: 'https://apps.example.com/' }

  test.each<[string, string, string, unknown, Code]>([
    ['the size before the type', 'POST', '/links', 'x'.repeat(100_001), 'PAYLOAD_TOO_LARGE'],
    ['JSON before the schema', 'POST', '/links', '{"x":', 'INVALID_JSON'],
    ['the body before the link', 'PATCH', unknown, { nonsense: 1 }, 'VALIDATION_ERROR'],
    ['the body before the link', 'POST', `${unknown}/rules`, { nonsense: 1 }, 'VALIDATION_ERROR'],
    ['the rule before the link', 'POST', `${unknown}/rules`, rule({ field: 'x' }), 'INVALID_RULE'],
    ['the schema before the plan’s fields', 'POST', '/links', { ...APP, nonsense: 1 }, 'VALIDATION_ERROR'],
    ['the plan’s fields before the link', 'PATCH', unknown, APP, 'PLAN_REQUIRED'],
    ['the plan’s fields before the domain', 'POST', '/links', link({ ...APP, domainId: 'dom_x' }), 'PLAN_REQUIRED'],
    [
      'the domain before the slug',
      'POST',
      '/links',
      link({ domainId: 'dom_x', customSlug: mine.slug }),
      'DOMAIN_NOT_FOUND',
    ],
    ['the link last', 'PATCH', unknown, { title: 'x' }, 'NOT_FOUND'],
  ])('%s: %s %s', async (_, method, path, body, code) => {
    expectFailure(await growth.api.call(method, path, body), code)
  })
})

function link(fields: object) {
  return { destinationUrl: DESTINATION, ...fields }
}

function rule(fields: object) {
  return { field: 'country', operator: 'equals', value: 'US', redirectUrl: DESTINATION, ...fields }
}
