// Values that are nearly right: none is read as what it is not.
//
// | threat | test |
// |---|---|
// | numbers, flags and times in other notations, beyond their range, or as texts | values |
// | texts that no database takes | values |
// | strange, repeated, reused Idempotency-Keys, and twins under one key | keys |
import { afterAll, beforeAll, expect, test } from 'vitest'
import { api, type Headers, type Link, type LinkList } from '../fixture/api.ts'
import { expectFailure } from '../fixture/errors.ts'
import { type Server, startServer } from '../fixture/server.ts'
import { type Crowd, type Member, openCrowd } from './crowd.ts'

let server: Server
let crowd: Crowd
let member: Member
let link: Link
const TO = 'https://example.com/'
const GOOD = JSON.stringify({ destinationUrl: TO })

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

const create = (body: unknown, headers?: Headers) => member.api.call<Link>('POST', '/links', body, headers)

test('numbers, flags and times are what they are, not what they could be read as', async () => {
  const wrong: Readonly<Record<string, readonly string[]>> = {
    maxClicks: [
      '0',
      '-1',
      '1.5',
      '1e999',
      '-1e999',
      '1e400',
      '1e21',
      '9007199254740993',
      '"1"',
      '""',
      'true',
      '[]',
      '[1]',
      '{}',
    ],
    disabled: ['null', '0', '1', '"true"', '"false"', '""', '[]', '{}'],
    requireSignature: ['null', '0', '1', '"true"', '[]'],
    expiresAt: [
      '0',
      '1e13',
      '""',
      '"2026"',
      '"2026-01-01"',
      '"2026-13-01T00:00:00Z"',
      '"2026-02-30T00:00:00Z"',
      '"01/02/2026"',
      'true',
    ].concat([
      '"2026-01-01T00:00:00"',
      '"2026-01-01 00:00:00Z"',
      '"2026-01-01T25:00:00Z"',
      '"tomorrow"',
      '"+275760-09-13T00:00:00.001Z"',
      '[]',
    ]),
    title: [
      '1',
      'true',
      '[]',
      '{}',
      JSON.stringify('x'.repeat(121)),
      '"a\\u0000b"',
      '"\\ud800"',
      '"\\udc00\\ud800"',
      '"x\\ud83d"',
    ],
  }
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values) {
      expectFailure(await create(`{"destinationUrl":"${TO}","${name}":${value}}`), 'VALIDATION_ERROR')
      expectFailure(await member.api.patch(`/links/${link.id}`, `{"${name}":${value}}`), 'VALIDATION_ERROR')
    }
  }
  expect((await member.api.get(`/links/${link.id}`)).body).toMatchObject({
    maxClicks: null,
    disabled: false,
    title: null,
  })
  expect((await create(`{"destinationUrl":"${TO}","maxClicks":1.0,"title":"\\ud83d\\ude00"}`)).body).toMatchObject({
    maxClicks: 1,
    title: '😀',
  })
})

test('an Idempotency-Key is 1 to 255 printable characters, once', async () => {
  const { token } = await member.mint()
  const client = api(server, token)
  const post = (key: string | readonly string[], body: unknown = GOOD) =>
    client.call<Link>('POST', '/links', body, { 'Idempotency-Key': key })
  for (const key of ['', 'x'.repeat(256), 'x'.repeat(9000), 'kéy', 'a\tb', '\u0080', ['a', 'b'], ['a', 'a']]) {
    expectFailure(await post(key), 'VALIDATION_ERROR', 'Idempotency-Key')
  }
  for (const key of [
    'x',
    'x'.repeat(255),
    '__proto__',
    'constructor',
    "' OR 1=1 --",
    '%',
    '../..',
    '0',
    'null',
    'a b',
  ]) {
    const [first, second] = [await post(key), await post(key)]
    expect([first.status, second.status, second.text]).toEqual([201, 201, first.text])
    expectFailure(await post(key, { destinationUrl: `${TO}other` }), 'IDEMPOTENCY_MISMATCH')
  }
  // A call that was refused for its form is not what the key stands for.
  expectFailure(await post('second-try', '{'), 'INVALID_JSON')
  expectFailure(await post('second-try', {}), 'VALIDATION_ERROR')
  expect((await post('second-try')).status).toBe(201)

  const twins = await Promise.all(
    Array.from({ length: 20 }, () => post('twins', { destinationUrl: TO, title: 'twin' })),
  )
  const made = twins.filter(({ status }) => status === 201)
  expect(new Set(made.map(({ body }) => body.id)).size).toBe(1)
  for (const twin of twins.filter(({ status }) => status !== 201)) expectFailure(twin, 'IDEMPOTENCY_IN_PROGRESS')
  const { data } = (await client.get<LinkList>('/links?limit=200')).body
  expect(data.filter(({ title }) => title === 'twin')).toHaveLength(1)
})
