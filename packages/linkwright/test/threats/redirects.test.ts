// Every visit gets its own link's answer, the documented one first, and nothing of what it must not see.
//
// | threat | test |
// |---|---|
// | one domain's link served for another's, from a cache or by a strange Host | same slug, hosts |
// | an answer kept by a proxy or browser when it depends on the visit | cache headers |
// | HEAD and link checkers that use up a link | counted links |
// | an answer that tells more than the one before it should | the state matrix |
// | the target shown to those who may not go there | the state matrix: no byte of it |
// | other methods, and method overrides | methods |
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Fields, Link, Signed, Stats } from '../fixture/api.ts'
import { expectWithin } from '../fixture/clock.ts'
import { expectFailure } from '../fixture/errors.ts'
import { type Server, startServer } from '../fixture/server.ts'
import { expectRedirect, expectRefusal, JSON_ONLY, visit } from '../fixture/visit.ts'
import type { Received } from '../fixture/wire.ts'
import { type Crowd, type Member, openCrowd } from './crowd.ts'
import { speak } from './raw.ts'

let server: Server
let crowd: Crowd
let member: Member
const TO = 'https://secret.example.com/only-for-some'
const PAST = '2020-01-01T00:00:00.000Z'
const FUTURE = '2999-01-01T00:00:00.000Z'

beforeAll(async () => {
  server = await startServer()
  crowd = await openCrowd(server)
  member = await crowd.member({ tokens: 2 })
})
afterAll(async () => {
  await crowd.close()
  await server.stop()
})

test('the same slug on three hosts is three links, however they take turns', async () => {
  const places: { host: string; url: string }[] = []
  for (const host of ['one.example', 'two.example', `localhost:${server.port}`]) {
    const domain = host.startsWith('localhost') ? {} : { domainId: await member.domain(host) }
    const url = `https://example.com/${host.split(':')[0]}`
    await member.api.link({ customSlug: 'shared', destinationUrl: url, ...domain })
    places.push({ host, url })
  }
  for (const { host, url } of places) {
    await expect.poll(async () => (await visit(server, '/shared', { Host: host })).headers.location).toBe(url)
  }
  for (let round = 0; round < 10; round++) {
    const visits = Array.from({ length: 30 }, (_, i) => places[(i * 7 + round) % 3]!)
    const answers = await Promise.all(visits.map(({ host }) => visit(server, '/shared', { Host: host })))
    for (const [i, answer] of answers.entries()) expectRedirect(answer, visits[i]!.url)
  }
})

test('a custom domain has its own links in any spelling of its name, and no link of any other', async () => {
  const domainId = await member.domain('shop.example')
  const waiting = await member.domain('unproven.example', { verified: false })
  await member.api.link({ customSlug: 'on-domain', destinationUrl: `${TO}/d`, domainId })
  await member.api.link({ customSlug: 'on-origin', destinationUrl: `${TO}/o` })
  expect(waiting).toMatch(/^dom_/)
  await expect.poll(async () => (await visit(server, '/on-domain', { Host: 'shop.example' })).status).toBe(302)
  for (const host of ['SHOP.example', 'shop.example.', 'shop.example:80', 'shop.example:65000', 'Shop.Example.:443']) {
    expectRedirect(await visit(server, '/on-domain', { Host: host }), `${TO}/d`)
    expect((await visit(server, '/on-origin', { Host: host })).status, host).toBe(404)
  }
  const strange = [
    'unproven.example',
    'evil.test',
    'a.shop.example',
    'shop.example.evil.test',
    'xshop.example',
    'localhost',
    '127.0.0.1',
  ].concat([
    '[::1]',
    '[::1]:80',
    '__proto__',
    'constructor',
    'x'.repeat(300),
    '.',
    '..',
    ':80',
    'shop.example..',
    "'",
    '%',
    'shop%2eexample',
  ])
  for (const host of strange) {
    expectRedirect(await visit(server, '/on-origin', { Host: host }), `${TO}/o`)
    expect((await visit(server, '/on-domain', { Host: host })).status, host).toBe(404)
  }
})

test('the host of an absolute request line counts; forwarded hosts do not', async () => {
  const ask = async (line: string, host: string) =>
    speak(server.port, `GET ${line} HTTP/1.1\r\n${host}Accept: application/json\r\nConnection: close\r\n\r\n`)
  const located = async (line: string, host: string) => /Location: (\S+)/.exec((await ask(line, host)).text)?.[1]
  expect(await located('http://shop.example/on-domain', 'Host: evil.test\r\n')).toBe(`${TO}/d`)
  expect(await located('http://shop.example/on-origin', `Host: localhost:${server.port}\r\n`)).toBeUndefined()
  expect(
    await located(
      '/on-domain',
      'Host: evil.test\r\nX-Forwarded-Host: shop.example\r\nForwarded: host=shop.example\r\n',
    ),
  ).toBeUndefined()
  expect(await located('/on-domain', 'Host: user@shop.example\r\n')).toBeUndefined()
})

test('no answer of any kind may be kept: each says private, no-store', async () => {
  const ruled = await member.api.link()
  await member.api.rule(ruled, { field: 'returning', operator: 'equals', value: true, redirectUrl: `${TO}/again` })
  const links: Readonly<Record<string, Link>> = {
    plain: await member.api.link(),
    ruled,
    counted: await member.api.link({ maxClicks: 3 }),
    'used up': await member.api.link({ maxClicks: 1 }),
    ending: await member.api.link({ expiresAt: FUTURE }),
    ended: await member.api.link({ expiresAt: PAST }),
    waiting: await member.api.link({ startsAt: FUTURE }),
    disabled: await member.api.link({ disabled: true }),
    signed: await member.api.link({ requireSignature: true }),
    'per platform': await member.api.link({ iosUrl: `${TO}/ios` }),
  }
  await visit(server, `/${links['used up']!.slug}`)
  for (const [kind, { slug }] of [...Object.entries(links), ['unknown', { slug: 'nothing-here' }] as const]) {
    for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS']) {
      for (const headers of [{}, JSON_ONLY, { 'If-None-Match': '*', 'If-Modified-Since': new Date().toUTCString() }]) {
        const answer = await visit(server, `/${slug}`, headers, method)
        expect(answer.headers['cache-control'], `${method} ${kind}`).toBe('private, no-store')
        expect(answer.headers.etag ?? answer.headers['last-modified'] ?? answer.headers.expires).toBeUndefined()
        expect([200, 301, 304, 308], kind).not.toContain(answer.status)
      }
    }
  }
})

test('HEAD takes nothing of a counted link and learns nothing; GETs get exactly as many as there are', async () => {
  const counted = await member.api.link({ maxClicks: 5, destinationUrl: TO })
  for (let i = 0; i < 8; i++) {
    const head = await visit(server, `/${counted.slug}`, {}, 'HEAD')
    expect([head.status, head.headers.location, head.text]).toEqual([302, undefined, ''])
  }
  const answers = await Promise.all(Array.from({ length: 50 }, () => visit(server, `/${counted.slug}`, JSON_ONLY)))
  const passed = answers.filter(({ status }) => status === 302)
  expect(passed).toHaveLength(5)
  for (const answer of passed) expectRedirect(answer, TO)
  for (const answer of answers.filter(({ status }) => status !== 302)) expectRefusal(answer, 410, 'EXHAUSTED')
  const head = await visit(server, `/${counted.slug}`, {}, 'HEAD')
  expect(head.headers.location).toBeUndefined()
  expectNothingOf(head, counted)
})

test('prefetches are no people, and HEAD is no click', async () => {
  const link = await member.api.link()
  await visit(server, `/${link.slug}`)
  for (const headers of [
    { 'Sec-Purpose': 'prefetch' },
    { 'Sec-Purpose': 'prefetch;prerender' },
    { Purpose: 'prefetch' },
  ]) {
    await visit(server, `/${link.slug}`, headers)
  }
  await visit(server, `/${link.slug}`, {}, 'HEAD')
  const read = async () => (await member.api.get<Stats>(`/links/${link.id}/stats`)).body
  await expectWithin(5000, async () => (await read()).clicks).toBe(4)
  expect(await read()).toMatchObject({ clicks: 4, people: 1 })
})

const ANSWERS = {
  disabled: 410,
  not_yet: 404,
  expired: 410,
  archived: 410,
  signature_required: 403,
  signature_invalid: 403,
} as const

/** Every combination of the states, in the order in which they are asked about. */
const states = [false, true].flatMap((disabled) =>
  (['open', 'not_yet', 'expired'] as const).flatMap((time) =>
    [false, true].flatMap((archived) =>
      [false, true].map((requireSignature) => ({ disabled, time, archived, requireSignature })),
    ),
  ),
)

test.each(states)(
  'disabled $disabled, $time, archived $archived, signature asked for $requireSignature',
  async (state) => {
    const { disabled, time, archived, requireSignature } = state
    const times: Fields = { open: {}, not_yet: { startsAt: FUTURE }, expired: { expiresAt: PAST } }[time]
    const link = await member.api.link({ destinationUrl: TO, title: 'hush-hush', disabled, requireSignature, ...times })
    if (archived) await member.api.patch(`/links/${link.id}`, { archived })
    const signed = (await member.api.post<Signed>(`/links/${link.id}/sign`, { expiresInSeconds: 60 })).body.url

    const closed = disabled ? 'disabled' : time !== 'open' ? time : archived ? 'archived' : null
    const unsigned = requireSignature ? 'signature_required' : null
    const forged = requireSignature ? 'signature_invalid' : null
    for (const [path, signature] of [
      [link.shortUrl, unsigned],
      [`${signed.slice(0, -4)}AAAA`, forged],
      [signed, null],
    ] as const) {
      const outcome = closed ?? signature
      const json = await visit(server, path, JSON_ONLY)
      if (outcome === null) {
        expectRedirect(json, TO)
        continue
      }
      expectRefusal(json, ANSWERS[outcome], outcome.toUpperCase())
      const html = await visit(server, path)
      expect(html.status).toBe(ANSWERS[outcome])
      expect(html.headers['content-type']).toBe('text/html; charset=utf-8')
      const head = await visit(server, path, {}, 'HEAD')
      expect([head.status, head.text]).toEqual([ANSWERS[outcome], ''])
      for (const answer of [json, html, head]) expectNothingOf(answer, link)
    }
  },
)

test('a link cannot end before it starts', async () => {
  expectFailure(
    await member.api.post('/links', { destinationUrl: TO, startsAt: FUTURE, expiresAt: PAST }),
    'VALIDATION_ERROR',
    'expiresAt',
  )
})

test('a visit only reads: every other method is 405 and changes nothing, whatever overrides it carries', async () => {
  const link = await member.api.link()
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'PURGE']) {
    const answer = await visit(server, `/${link.slug}`, { ...JSON_ONLY, 'X-HTTP-Method-Override': 'GET' }, method)
    expectRefusal(answer, 405, 'METHOD_NOT_ALLOWED')
    expect(answer.headers.allow).toBe('GET, HEAD')
    expect(answer.text).not.toContain('X-HTTP')
  }
  for (const name of ['X-HTTP-Method-Override', 'X-Method-Override', 'X-HTTP-Method']) {
    expectRedirect(await visit(server, `/${link.slug}?_method=DELETE`, { [name]: 'DELETE' }), link.destinationUrl)
  }
  expect((await member.api.get(`/links/${link.id}`)).status).toBe(200)
})

function expectNothingOf({ headers, text }: Received, link: Link): void {
  const all = `${JSON.stringify(headers)}${text}`
  for (const part of ['secret.example.com', 'only-for-some', 'hush-hush', link.id, link.id.slice(4)]) {
    expect(all).not.toContain(part)
  }
}
