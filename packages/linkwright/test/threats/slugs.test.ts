// Slugs are what they look like, at creation and on a visit alike.
//
// | threat | test |
// |---|---|
// | look-alike letters, dots, percent signs, spaces and line ends in a slug | refused slugs |
// | a route or a word of ours taken as a slug, in any case | reserved words |
// | another spelling of a link's path that leads there too, or further | spellings of a path |
// | two slugs that differ in case where case does not count | a domain without case |
// | a deleted link's slug taken by somebody else | resting slugs |
// | a flood of unknown slugs and hosts: memory, and the next link made | flood |
import { readFileSync } from 'node:fs'
import { RESERVED_WORDS } from '@linkwright/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Link } from '../fixture/api.ts'
import { expectFailure } from '../fixture/errors.ts'
import { type Server, startServer } from '../fixture/server.ts'
import { expectRedirect, JSON_ONLY, visit } from '../fixture/visit.ts'
import { type Crowd, type Member, openCrowd } from './crowd.ts'
import { speak } from './raw.ts'

let server: Server
let crowd: Crowd
let alice: Member
let bob: Member
const TO = 'https://example.com/target'

beforeAll(async () => {
  server = await startServer()
  crowd = await openCrowd(server)
  alice = await crowd.member({ tokens: 2 })
  bob = await crowd.member()
})
afterAll(async () => {
  await crowd.close()
  await server.stop()
})

const REFUSED = [
  '',
  ' ',
  'a',
  'ab',
  'x'.repeat(41),
  'x'.repeat(5000),
  'a b',
  ' abc',
  'abc ',
  'abc\n',
  '\nabc',
  'abc\r\n',
  'abc\t',
]
  .concat([
    'a.b',
    '...',
    '..',
    '../etc',
    './abc',
    '.env',
    'a/b',
    '/abc',
    'abc/',
    'a\\b',
    'a%2Fb',
    '%61bc',
    'abc%',
    'abc%00',
  ])
  .concat([
    'abc?x',
    'abc#x',
    'a+b',
    'a;b',
    'a:b',
    'a,b',
    '@abc',
    'a&b',
    'a=b',
    '~abc',
    'a*b',
    '(abc)',
    '[abc]',
    '{abc}',
  ])
  .concat(['<script>', "a'b", 'a"b', 'a|b', '$abc', '!abc', 'a^b', '`abc`'])
  // Cyrillic, full-width, Kelvin sign, long s, accents (one and two characters), dotless i, digits of other scripts.
  .concat([
    '\u0430dmin1',
    '\uff41\uff42\uff43',
    '\u212aelvin',
    '\u017ftatic',
    'caf\u00e9',
    'cafe\u0301',
    'l\u0131nk',
    '\u0661\u0662\u0663',
  ])
  // Zero width, soft hyphen, bidirectional marks, line separators, emoji, byte order mark.
  .concat([
    'abc\u200b',
    'a\u00adbc',
    'abc\u202e',
    '\u2066abc',
    'abc\u2028',
    '\ud83d\ude00'.repeat(3),
    '\ufeffabc',
    'abc\u3002',
  ])

test.each(REFUSED)('%j is no slug', async (customSlug) => {
  expectFailure(await alice.api.post('/links', { destinationUrl: TO, customSlug }), 'INVALID_SLUG', 'customSlug')
})

test('what is no text is a wrong body, and so are NUL and half characters', async () => {
  for (const customSlug of [1, 0, true, false, {}, [], ['abc'], { toString: 'abc' }]) {
    expectFailure(await alice.api.post('/links', { destinationUrl: TO, customSlug }), 'VALIDATION_ERROR', 'customSlug')
  }
  for (const text of ['abc\\u0000', 'abc\\ud800', '\\udfffabc']) {
    const body = `{"destinationUrl":"${TO}","customSlug":"${text}"}`
    expectFailure(await alice.api.post('/links', body), 'VALIDATION_ERROR')
  }
})

test('reserved words are reserved in any case', async () => {
  for (const word of [...RESERVED_WORDS, 'api', 'healthz', 'readyz']) {
    const cased = [...word].map((letter, at) => (at % 2 === 0 ? letter.toUpperCase() : letter)).join('')
    for (const customSlug of new Set([word, cased, word.toUpperCase()])) {
      expectFailure(await alice.api.post('/links', { destinationUrl: TO, customSlug }), 'INVALID_SLUG', 'customSlug')
    }
  }
  for (const word of ['healthz', 'readyz']) expect((await visit(server, `/${word}`)).status).toBe(200)
})

test('everything else of 3 to 40 characters is a slug, and its visit finds it', async () => {
  const slugs = [
    'abc',
    'x'.repeat(40),
    '___',
    '---',
    '-rf',
    '0x1',
    '000',
    '1e9',
    'NaN',
    'true',
    'Infinity',
    'None',
    'apis',
  ].concat(['admin_', 'toString', '__defineGetter__', 'isPrototypeOf', 'select', 'DROP-TABLE', '__dirname', 'index'])
  for (const slug of slugs) {
    const link = await alice.api.link({ customSlug: slug, destinationUrl: `${TO}?${slug}` })
    expect([link.slug, link.shortUrl]).toEqual([slug, `${server.origin}/${slug}`])
    expectRedirect(await visit(server, `/${slug}`), `${TO}?${slug}`)
  }
})

test('a link has one path: no other spelling leads there, and no visit leads to a route of ours', async () => {
  await alice.api.link({ customSlug: 'Promo', destinationUrl: TO })
  await alice.api.link({ customSlug: 'promo', destinationUrl: `${TO}/lower` })
  expectRedirect(await visit(server, '/Promo'), TO)
  expectRedirect(await visit(server, '/promo'), `${TO}/lower`)
  for (const query of ['?', '?x', '?x=1&x=2', '?%', '?%00', `?${'q'.repeat(4000)}`]) {
    expectRedirect(await visit(server, `/Promo${query}`), TO)
  }
  const paths = [
    '/PROMO',
    '/%50romo',
    '/Prom%6F',
    '/Promo%20',
    '/Promo%00',
    '/Promo%0A',
    '/Promo%2F',
    '/Promo/',
    '//Promo',
  ]
    .concat([
      '/./Promo',
      '/x/../Promo',
      '/../Promo',
      '/Promo/..',
      '/Promo.',
      '/Promo;x',
      '/Promo+',
      '/Promo,',
      '/Promo&x=1',
    ])
    .concat([
      '/Promo\\',
      '/\\Promo',
      '/Promo:80',
      '/@Promo',
      '/Promo%',
      '/Promo%3Fx',
      '/Pro%C2%ADmo',
      '/ſromo',
      '/',
      '/Pr',
      '',
    ])
    .concat([`/${'x'.repeat(41)}`, `/${'x'.repeat(8000)}`, '/promO'])
  for (const path of paths) {
    const { text, statuses } = await speak(
      server.port,
      `GET ${path} HTTP/1.1\r\nHost: localhost:${server.port}\r\nAccept: application/json\r\nConnection: close\r\n\r\n`,
    )
    // The parser refuses what is no request line at all.
    expect([[404], [400]], path).toContainEqual(statuses)
    expect(text.toLowerCase(), path).not.toContain('location:')
  }
})

test('on a domain without case, slugs that differ in case alone are one', async () => {
  const domainId = await alice.domain('nocase.example', { caseSensitive: false })
  await alice.api.link({ customSlug: 'Summer', domainId, destinationUrl: TO })
  for (const customSlug of ['summer', 'SUMMER', 'Summer']) {
    expectFailure(await alice.api.post('/links', { destinationUrl: TO, customSlug, domainId }), 'SLUG_TAKEN')
  }
  for (const path of ['/Summer', '/summer', '/sUMMER']) {
    await expect.poll(async () => (await visit(server, path, { Host: 'nocase.example' })).headers.location).toBe(TO)
  }
  expect(
    (await visit(server, '/\u017fummer'.normalize(), { Host: 'nocase.example' }).catch(() => ({ status: 404 }))).status,
  ).toBe(404)
})

test('a deleted slug rests: its owner may have it again at once, nobody else, and nobody learns whose it was', async () => {
  const fields = { customSlug: 'resting', destinationUrl: TO }
  const link = await alice.api.link(fields)
  const taken = await bob.api.post('/links', fields)
  expectFailure(taken, 'SLUG_TAKEN')
  expectRedirect(await visit(server, '/resting'), TO)
  await alice.api.delete(`/links/${link.id}`)
  expect((await visit(server, '/resting')).status).toBe(404)
  const resting = await bob.api.post('/links', fields)
  expectFailure(resting, 'SLUG_TAKEN')
  expect(resting.text).toBe(taken.text)
  expect((await alice.api.post('/links', fields)).status).toBe(201)
  expectRedirect(await visit(server, '/resting'), TO)
})

test('after 20,000 unknown slugs on 5,000 hosts memory is what it was, and a new link opens at once', async () => {
  // Where misses wait for another machine many are under way at once; the heap has to have seen that.
  await flood(10_000, 'warm')
  const before = residentMegabytes()
  await flood(20_000, 'cold')
  expect(residentMegabytes() - before).toBeLessThan(50)
  expect((await visit(server, '/after-the-flood', JSON_ONLY)).status).toBe(404)
  const { shortUrl, destinationUrl } = await alice.api.link({ customSlug: 'after-the-flood' })
  expectRedirect(await visit(server, shortUrl), destinationUrl)
  const drawn: Link = await alice.api.link()
  expectRedirect(await visit(server, drawn.shortUrl), drawn.destinationUrl)
}, 180_000)

/** Pipelined, so that the flood is the server's work and not the test's. */
async function flood(count: number, mark: string): Promise<void> {
  const turn = 250
  for (let start = 0; start < count; start += turn) {
    const requests = Array.from({ length: turn }, (_, at) => {
      const slug = `${mark}-${start + at}-${Math.random().toString(36).slice(2)}`
      const host = (start + at) % 4 === 0 ? `h${start + at}.flood.example` : `localhost:${server.port}`
      return `GET /${slug} HTTP/1.1\r\nHost: ${host}\r\nAccept: application/json\r\n\r\n`
    })
    const { statuses } = await speak(server.port, requests.join(''), { replies: turn, milliseconds: 20_000 })
    expect(statuses.length).toBe(turn)
    expect(statuses.every((status) => status === 404)).toBe(true)
  }
}

function residentMegabytes(): number {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))!
  return Number(kilobytes) / 1024
}
