// Bodies that no client should send: each ends in a documented answer, and none is half obeyed.
//
// | threat | test |
// |---|---|
// | too large, endless, empty, cut short | sizes |
// | not JSON, JSON in another encoding, compressed, under another or no type | forms, types, on every route with a body |
// | deep nesting, thousands of keys, the same key twice | shapes |
// | __proto__ and its like at any depth | prototype keys |
import { gzipSync } from 'node:zlib'
import type { Contract } from '@linkwright/http'
import { restContracts } from '@linkwright/http/rest'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { api, BASE, type Headers, type Link, type LinkList, type Reply } from '../fixture/api.ts'
import { expectFailure } from '../fixture/errors.ts'
import { checkReply } from '../fixture/promises.ts'
import { type Server, startServer } from '../fixture/server.ts'
import { send } from '../fixture/wire.ts'
import { type Crowd, type Member, openCrowd } from './crowd.ts'
import { speak } from './raw.ts'

let server: Server
let crowd: Crowd
let member: Member
let link: Link
let paths: readonly (readonly [string, string])[]
const TO = 'https://example.com/'
const GOOD = JSON.stringify({ destinationUrl: TO })
const JSON_TYPE = { 'Content-Type': 'application/json' }

beforeAll(async () => {
  server = await startServer()
  crowd = await openCrowd(server)
  member = await crowd.member({ tokens: 3 })
  link = await member.api.link()
  const rule = await member.api.rule(link, { field: 'device', operator: 'equals', value: 'tv', redirectUrl: TO })
  paths = (Object.values(restContracts) as readonly Contract[])
    .filter(({ body }) => body !== undefined)
    .map(({ method, path }) => [method, path.replace(':id', path.startsWith('/rules') ? rule.id : link.id)])
})
afterAll(async () => {
  await crowd.close()
  await server.stop()
})

const create = (body: unknown, headers?: Headers) => member.api.call<Link>('POST', '/links', body, headers)

/** As `create`, with no Content-Type but what is given. */
async function createAs(headers: Headers, body: string | Uint8Array = GOOD): Promise<Reply<Link>> {
  const all = { Authorization: `Bearer ${member.api.token}`, ...headers }
  const reply = await send(server.port, { method: 'POST', path: `${BASE}/links`, headers: all, body })
  return { ...reply, body: checkReply('POST', '/links', reply) as Link }
}

test('a body has at most 100,000 bytes, whatever they are', async () => {
  expect((await create(GOOD.padEnd(100_000))).status).toBe(201)
  for (const body of [GOOD.padEnd(100_001), 'x'.repeat(101_000), '['.repeat(1_000_000), Buffer.alloc(300_000)]) {
    expectFailure(await create(body), 'PAYLOAD_TOO_LARGE')
  }
  for (const [method, path] of paths)
    expectFailure(await member.api.call(method, path, ' '.repeat(101_000)), 'PAYLOAD_TOO_LARGE')
})

test('an endless body gets its 413 and the end of its connection', async () => {
  const head = `POST ${BASE}/links HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${member.api.token}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`
  const chunk = `4000\r\n${' '.repeat(0x4000)}\r\n`
  const { statuses, text, ended } = await speak(server.port, head, { drip: () => chunk, milliseconds: 8000 })
  expect([statuses, ended]).toEqual([[413], true])
  expect(text).toContain('"code":"PAYLOAD_TOO_LARGE"')
  const told = await speak(server.port, head.replace('Transfer-Encoding: chunked', 'Content-Length: 99999999999'), {
    drip: () => chunk,
    milliseconds: 8000,
  })
  expect([told.statuses, told.ended]).toEqual([[413], true])
})

test('a body that is cut short or framed wrongly makes nothing', async () => {
  const before = (await member.api.get<LinkList>('/links?limit=1')).body.data
  const head = `POST ${BASE}/links HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${member.api.token}\r\nContent-Type: application/json\r\n`
  const framings = [
    'Content-Length: abc',
    'Content-Length: -5',
    'Content-Length: 5\r\nContent-Length: 6',
    'Content-Length: +30',
    'Content-Length: 0x1e',
  ].concat([
    'Transfer-Encoding: gzip',
    'Transfer-Encoding: chunked\r\nContent-Length: 30',
    'Transfer-Encoding: xchunked',
    'Content-Length : 30',
  ])
  for (const framing of framings) {
    const { statuses } = await speak(server.port, `${head}${framing}\r\nConnection: close\r\n\r\n${GOOD}`, {
      milliseconds: 3000,
    })
    expect(statuses, framing).toEqual([400])
  }
  for (const chunks of ['zz\r\n{}\r\n0\r\n\r\n', 'ffffffffffffffffff\r\n', '-1\r\n', '5\r\n{"destinationUrl']) {
    const { statuses } = await speak(server.port, `${head}Transfer-Encoding: chunked\r\n\r\n${chunks}`, {
      milliseconds: 300,
    })
    expect([[400], []], chunks).toContainEqual(statuses)
  }
  expect((await member.api.get<LinkList>('/links?limit=1')).body.data).toEqual(before)
})

const NO_JSON = [
  '',
  ' ',
  '{',
  '}',
  '{"destinationUrl":',
  "{'destinationUrl':'x'}",
  '{destinationUrl:1}',
  `${GOOD}x`,
  `${GOOD}${GOOD}`,
]
  .concat([
    `${GOOD},`,
    '{"a":1,}',
    '[1,]',
    '// x\n{}',
    '{"a":/* */1}',
    'NaN',
    '{"a":NaN}',
    '{"a":Infinity}',
    '{"a":01}',
    '{"a":.5}',
  ])
  .concat([
    '{"a":0x1}',
    '{"a":+1}',
    '{"a":"\n"}',
    '{"a":"\\x41"}',
    '{"a":"\\u12"}',
    'undefined',
    'destinationUrl=x',
    '<a/>',
    '\u0000',
    '['.repeat(99_000),
  ])
const NOT_UTF8 = [
  Buffer.from([0x7b, 0xff, 0x7d]),
  Buffer.from([0xc3, 0x28]),
  Buffer.from('\ufeff{}', 'utf16le'),
  Buffer.from(GOOD, 'utf16le'),
].concat([
  gzipSync(GOOD),
  Buffer.from(`{"title":"\xe9"}`, 'latin1'),
  Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]),
  Buffer.from([0x22, 0xc0, 0xaf, 0x22]),
])

test('what is not JSON in UTF-8 is INVALID_JSON', async () => {
  for (const body of [...NO_JSON, ...NOT_UTF8]) expectFailure(await create(body), 'INVALID_JSON')
})

test('every route with a body refuses what is no object of its own', async () => {
  expect(paths.length).toBe(7)
  for (const [method, path] of paths) {
    for (const body of ['', '{', Buffer.from([0xff])])
      expectFailure(await member.api.call(method, path, body), 'INVALID_JSON')
    for (const body of ['null', '[]', '[{}]', '"x"', '1', 'true', '{"a":1e999}', '{"":0}', '{"__proto__":{}}']) {
      expectFailure(await member.api.call(method, path, body), 'VALIDATION_ERROR')
    }
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      expectFailure(await member.api.call(method, path, '{}', { 'Content-Type': type }), 'UNSUPPORTED_MEDIA_TYPE')
    }
  }
})

test('a byte order mark is passed over or refused, and nothing in between', async () => {
  const reply = await create(`\ufeff${GOOD}`)
  if (reply.status !== 201) expectFailure(reply, 'INVALID_JSON')
  expectFailure(await create(`\ufeff\ufeff${GOOD}`), 'INVALID_JSON')
})

test('JSON under another type, charset or encoding, or under none, is 415', async () => {
  const types = [
    'text/plain',
    'text/json',
    'application/xml',
    'application/problem+json',
    'application/jsonp',
    'application/json5',
    'json',
    '*/*',
    'application/*',
  ]
    .concat([
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=----x',
      'application/json, text/plain',
      'text/plain; application/json',
    ])
    .concat([
      'application/json; charset=utf-16',
      'application/json; charset=latin1',
      'application/json;charset="utf-16"',
      'application/json\u00a0',
      'null',
      '/',
      ';',
    ])
  for (const type of types) expectFailure(await createAs({ 'Content-Type': type }), 'UNSUPPORTED_MEDIA_TYPE')
  for (const headers of [{}, { 'Content-Type': '' }, { 'Content-Type': ['application/json', 'text/plain'] }]) {
    expectFailure(await createAs(headers as Headers), 'UNSUPPORTED_MEDIA_TYPE')
  }
  for (const encoding of ['gzip', 'br', 'deflate', 'zstd', 'x', 'identity, gzip']) {
    expectFailure(
      await createAs({ ...JSON_TYPE, 'Content-Encoding': encoding }, gzipSync(GOOD)),
      'UNSUPPORTED_MEDIA_TYPE',
    )
  }
  for (const type of [
    'APPLICATION/JSON',
    'application/json; charset=UTF-8',
    'application/json;charset="utf-8"',
    ' application/json ',
  ]) {
    expect((await createAs({ 'Content-Type': type })).status, type).toBe(201)
  }
})

test('deep, wide and repeated are refused without ado', async () => {
  const deep = (levels: number, value: string) => `${'{"a":'.repeat(levels)}${value}${'}'.repeat(levels)}`
  const wide = `{${Array.from({ length: 10_000 }, (_, i) => `"k${i}":0`).join()}}`
  const bodies = [
    deep(33, '1'),
    deep(5000, '1'),
    wide,
    `{"title":${'['.repeat(49_000)}${']'.repeat(49_000)}}`,
    `{"destinationUrl":[${'1,'.repeat(40_000)}1]}`,
  ]
  for (const body of bodies) expectFailure(await create(body), 'VALIDATION_ERROR')
  const twice = await create(`{"destinationUrl":"${TO}","title":"one","title":"two"}`)
  if (twice.status === 201) expect(twice.body.title).toBe('two')
  else expectFailure(twice, 'VALIDATION_ERROR')
})

test('prototype keys are refused at any depth, in any spelling, and change nothing', async () => {
  for (const key of ['__proto__', 'constructor', 'prototype', '\\u005f_proto__', '__\\u0070roto__']) {
    for (const body of [
      `{"destinationUrl":"${TO}","${key}":{"title":"x"}}`,
      `{"destinationUrl":{"${key}":1}}`,
      `[[[{"${key}":1}]]]`,
    ]) {
      expectFailure(await create(body), 'VALIDATION_ERROR')
    }
    const preview = `{"headers":{"${key}":"x"}}`
    expectFailure(await member.api.post(`/links/${link.id}/preview`, preview), 'VALIDATION_ERROR')
  }
  expect((await create(GOOD)).body.title).toBeNull()
})

test('a body where none belongs is passed over', async () => {
  const { token } = await member.mint()
  const client = api(server, token)
  expect((await client.call('GET', '/me', '{"a":1}')).status).toBe(200)
  const spare = await client.link()
  expect((await client.call('DELETE', `/links/${spare.id}`, '{ broken')).status).toBe(204)
  expect((await client.get('/me')).status).toBe(200)
})
