// The connection itself: hosts, headers, timing, and what is no HTTP.
//
// | threat | test |
// |---|---|
// | Host headers that are none, or two | hosts and headers |
// | line ends in slugs, titles and ids that become headers | header injection |
// | too many headers, headers that never end, several requests at once or one inside another, no HTTP at all | the connection |
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BASE, type Link } from '../fixture/api.ts'
import { type Server, startServer } from '../fixture/server.ts'
import { visit } from '../fixture/visit.ts'
import { type Crowd, type Member, openCrowd } from './crowd.ts'
import { speak } from './raw.ts'

let server: Server
let crowd: Crowd
let member: Member

beforeAll(async () => {
  server = await startServer()
  crowd = await openCrowd(server)
  member = await crowd.member({ tokens: 3 })
  await member.api.link({ customSlug: 'steady' })
})
afterAll(async () => {
  await crowd.close()
  await server.stop()
})

/** A whole request as text, with a token. */
function request(line: string, ...headers: string[]): string {
  const all = [`Host: localhost:${server.port}`, `Authorization: Bearer ${member.api.token}`, ...headers]
  return `${line} HTTP/1.1\r\n${all.join('\r\n')}\r\n\r\n`
}

describe('hosts and headers', () => {
  test('the API does not care for its Host, and never says it back', async () => {
    for (const host of [
      'evil.test',
      'a'.repeat(5000),
      '[::1]',
      ':',
      '@',
      '..',
      '<script>',
      '__proto__',
      '127.0.0.1:99999',
      "'",
      'x y',
    ]) {
      const created = await member.api.post<Link>('/links', { destinationUrl: 'https://example.com/' }, { Host: host })
      expect(created.status, host).toBe(201)
      expect(created.body.shortUrl).toBe(`${server.origin}/${created.body.slug}`)
      expect(JSON.stringify(created.headers)).not.toContain('evil')
    }
  })

  test('one Host, as HTTP/1.1 has it', async () => {
    for (const headers of ['', `Host: localhost\r\nHost: evil.test\r\n`]) {
      const { statuses } = await speak(server.port, `GET /steady HTTP/1.1\r\n${headers}Connection: close\r\n\r\n`)
      expect(statuses, headers).toEqual([400])
    }
  })

  test('a connection stays what it is: nothing is upgraded, and no expectation met but one', async () => {
    const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Key: x', 'Sec-WebSocket-Version: 13']
    for (const line of [`GET ${BASE}/me`, 'GET /steady']) {
      const { statuses } = await speak(server.port, request(line, ...upgrade), { replies: 1 })
      expect(statuses).toEqual([line.endsWith('/me') ? 200 : 302])
    }
    const headers = ['Content-Type: application/json', 'Content-Length: 2000000', 'Expect: 100-continue']
    expect((await speak(server.port, request(`POST ${BASE}/links`, ...headers))).statuses.at(-1)).toBe(413)
  })

  test('what never reaches the API carries the id of a request as well', async () => {
    const refused = [
      'GET / HTTP/9.9\r\n\r\n',
      `GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n`,
      request(`GET ${BASE}/me`, `X-Long: ${'x'.repeat(100_000)}`),
      request(`GET ${BASE}/me`, 'Expect: the-unexpected', 'Connection: close'),
      request('GET /nothing-here', 'Connection: close'),
    ]
    for (const bytes of refused) {
      const { text, statuses } = await speak(server.port, bytes)
      expect([400, 404, 417, 431]).toContain(statuses[0])
      expect(text, bytes.slice(0, 80)).toMatch(/\r\nX-Request-Id: \S{8,}\r\n/)
    }
  })

  test('line ends in what is sent never become headers of a reply', async () => {
    const injected = '%0d%0aX-Injected:%20yes%0d%0a%0d%0aHTTP/1.1%20200%20OK'
    const raw = '\r\nX-Injected: yes\r\n\r\nHTTP/1.1 200 OK'
    const made = await member.api.link({
      title: raw,
      destinationUrl: `https://example.com/${injected}?${injected}#${injected}`,
    })
    const replies = [
      await visit(server, `/${made.slug}`),
      await visit(server, `/steady?${injected}`, { Cookie: 'lw_seen=1; Path=/' }),
      await visit(server, `/${injected}`),
      await member.api.get(`/links/${injected}`),
      await member.api.get(`/links/${made.id}`),
      await member.api.get(`/links?cursor=${injected}`),
      await member.api.post('/links', { destinationUrl: 'https://example.com/', customSlug: raw }),
      await member.api.post('/links', { destinationUrl: 'https://example.com/', [raw]: raw }),
    ]
    for (const reply of replies) {
      expect(reply.headers).not.toHaveProperty('x-injected')
      expect(Object.values(reply.headers).join()).not.toMatch(/[\r\n]/)
    }
    const { text } = await speak(server.port, request(`GET /${made.slug}`, 'Connection: close'))
    expect(text.match(/HTTP\/1\.1 \d{3} [A-Z]/gi)).toHaveLength(1)
  })
})

describe.concurrent('the connection', () => {
  test('100 kB of headers are 431', async ({ expect }) => {
    for (const headers of [
      `X-Long: ${'x'.repeat(100_000)}`,
      Array.from({ length: 3000 }, (_, i) => `X-${i}: ${'y'.repeat(25)}`).join('\r\n'),
    ]) {
      const { statuses, ended } = await speak(server.port, request(`GET ${BASE}/me`, headers))
      expect([statuses, ended]).toEqual([[431], true])
    }
    const long = await speak(server.port, request(`GET ${BASE}/me?${'x'.repeat(100_000)}`))
    expect([[431], [414], [400]]).toContainEqual(long.statuses)
  })

  test('headers that never end are 408 within 12 seconds, while others are served', async ({ expect }) => {
    const start = performance.now()
    const drips = ['', 'GET /steady HTTP/1.1\r\nHost: x\r\n'].map((first) =>
      speak(server.port, first || 'G', { drip: () => (first === '' ? '' : 'X-A: b\r\n'), milliseconds: 14_000 }),
    )
    await sleep(500)
    expect((await visit(server, '/steady')).status).toBe(302)
    for (const { statuses, ended, text } of await Promise.all(drips)) {
      expect([statuses, ended]).toEqual([[408], true])
      expect(text).not.toContain('Location')
    }
    expect(performance.now() - start).toBeLessThan(12_500)
  })

  test('requests sent in one go are answered one by one, in their order', async ({ expect }) => {
    const requests = ['/steady', '/not-there', '/steady', '/healthz', '/x'].map(
      (path) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    )
    const { statuses } = await speak(server.port, requests.join(''), { replies: 5 })
    expect(statuses).toEqual([302, 404, 302, 200, 404])
    const mixed = [
      request(`GET ${BASE}/links?limit=1`),
      'GET /steady HTTP/1.1\r\nHost: x\r\n\r\n',
      `GET ${BASE}/me HTTP/1.1\r\nHost: x\r\n\r\n`,
    ]
    const answers = await speak(server.port, mixed.join(''), { replies: 3 })
    expect(answers.statuses).toEqual([200, 302, 401])
  })

  test('a body that hides a second request is one request', async ({ expect }) => {
    const hidden = 'GET /steady HTTP/1.1\r\nHost: x\r\n\r\n'
    const one = `POST ${BASE}/me HTTP/1.1\r\nHost: x\r\nContent-Length: ${hidden.length}\r\nConnection: close\r\n\r\n${hidden}`
    expect((await speak(server.port, one)).statuses).toEqual([401])
    const both = `POST ${BASE}/me HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`
    expect((await speak(server.port, both, { milliseconds: 1000 })).statuses).toEqual([400])
    const folded = `GET ${BASE}/me HTTP/1.1\r\nHost: x\r\nX: a\r\n b: c\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n${hidden}`
    expect((await speak(server.port, folded, { milliseconds: 1000 })).statuses).toEqual([400])
  })

  test('what is no HTTP is 400 and the end', async ({ expect }) => {
    const bytes = [
      '\r\n\r\n\r\nhello\r\n\r\n',
      'GET\r\n\r\n',
      'GET / HTTP/9.9\r\n\r\n',
      '\u0016\u0003\u0001\u0002\u0000',
      'GET / HTTP/1.1\nX\n\n',
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    ].concat([
      `GET /a b HTTP/1.1\r\nHost: x\r\n\r\n`,
      'GET /x HTTP/1.1\r\nHost: x\r\nBad Name: 1\r\n\r\n',
      'GET /x HTTP/1.1\r\nHost: x\r\nX: a\u0000b\r\n\r\n',
    ])
    for (const text of bytes) {
      const { statuses, ended } = await speak(server.port, text, { milliseconds: 2000 })
      expect([statuses, ended], JSON.stringify(text)).toEqual([[400], true])
    }
    expect((await visit(server, '/steady')).status).toBe(302)
  })
})
