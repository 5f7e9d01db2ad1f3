// Requests that are odd before anybody looks at what they ask for: their method, their path, their first line.
//
// | threat | test |
// |---|---|
// | methods that are not there, and headers that name another one | methods |
// | other spellings of a path that slip past a check | paths |
// | request lines with a whole address, or with nothing that is one | whole addresses |
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BASE, type Link, type Reply } from '../fixture/api.ts'
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

beforeAll(async () => {
  server = await startServer()
  crowd = await openCrowd(server)
  member = await crowd.member({ tokens: 3 })
  link = await member.api.link({ customSlug: 'steady' })
})
afterAll(async () => {
  await crowd.close()
  await server.stop()
})

/** A call to any path at all, not only below the API. */
async function callAt(path: string, method = 'GET', headers = {}): Promise<Reply<unknown>> {
  const reply = await send(server.port, {
    method,
    path,
    headers: { Authorization: `Bearer ${member.api.token}`, ...headers },
  })
  return { ...reply, body: reply.text === '' ? undefined : checkReply(method, path, reply) }
}

/** A whole request as text, with a token. */
function request(line: string, ...headers: string[]): string {
  const all = [`Host: localhost:${server.port}`, `Authorization: Bearer ${member.api.token}`, ...headers]
  return `${line} HTTP/1.1\r\n${all.join('\r\n')}\r\n\r\n`
}

describe('methods', () => {
  test('a method that a path does not have is 405 with the ones it has', async () => {
    const wrong: readonly (readonly [string, string, string])[] = [
      ['PATCH', '/links', 'GET, POST'],
      ['PUT', '/links', 'GET, POST'],
      ['DELETE', '/links', 'GET, POST'],
      ['OPTIONS', '/links', 'GET, POST'],
      ['PUT', `/links/${link.id}`, 'DELETE, GET, PATCH'],
      ['POST', `/links/${link.id}`, 'DELETE, GET, PATCH'],
      ['GET', `/links/${link.id}/sign`, 'POST'],
      ['POST', '/me', 'GET'],
      ['GET', '/rules/x', 'DELETE, PATCH'],
      ['PROPFIND', '/links', 'GET, POST'],
      ['QUERY', '/links', 'GET, POST'],
    ]
    for (const [method, path, allow] of wrong) {
      const reply = await member.api.call(method, path)
      expectFailure(reply, 'METHOD_NOT_ALLOWED')
      expect(reply.headers.allow).toBe(allow)
    }
  })

  test('TRACE echoes nothing, HEAD has no body, CONNECT opens nothing', async () => {
    const { statuses, text } = await speak(
      server.port,
      request(`TRACE ${BASE}/links`, 'X-Echo: marker-of-this-call', 'Connection: close'),
    )
    expect(statuses).toEqual([405])
    expect(text).not.toContain('marker-of-this-call')
    const head = await callAt(`${BASE}/me`, 'HEAD')
    expect([405, ''].concat([head.text])).toEqual([head.status, '', ''])
    const tunnel = await speak(server.port, 'CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n', {
      milliseconds: 500,
      replies: 1,
    })
    expect(tunnel.statuses).not.toContain(200)
  })

  test('no header and no parameter makes one method into another', async () => {
    for (const name of ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override', '_method']) {
      expect((await member.api.call('GET', `/links/${link.id}`, undefined, { [name]: 'DELETE' })).status).toBe(200)
      expectFailure(
        await member.api.call('POST', `/links/${link.id}`, { title: 'x' }, { [name]: 'PATCH' }),
        'METHOD_NOT_ALLOWED',
      )
    }
    expect((await member.api.get(`/links/${link.id}`)).body).toEqual(link)
  })
})

describe('paths', () => {
  test('below the API only the one spelling of a path is a route, with a token and without', async () => {
    const paths = [
      '/links/',
      '//links',
      '/./links',
      '/x/../links',
      '/%6cinks',
      '/link%73',
      '/links;x',
      '/links;jsessionid=1',
      '/LINKS',
      '/Links',
      '/links%00',
    ]
      .concat([
        '/links%20',
        '/links%2F',
        '/links%2f..',
        '/links.json',
        '/links,',
        '/links+',
        '/links:',
        '/links\\',
        '/\\links',
        '/links/%',
        '/links/%zz',
        '/links/%c0%af',
      ])
      .concat([
        '',
        '/',
        '/..',
        '/../..',
        '/%2e%2e',
        '/%2e%2e/%2e%2e/etc/passwd',
        '/__proto__',
        '/constructor',
        '/links/x/y/z',
        `/links//${link.id}`,
      ])
      .concat([
        `/links/${link.id}/`,
        `/links/${link.id};a`,
        `/links/${link.id}%2Frules`,
        `/links/${link.id}/Rules`,
        `/links/${link.id}/rules/`,
        `/links/${link.id}/../${link.id}`,
      ])
      .concat([
        `/${'x/'.repeat(2000)}`,
        `/${'x'.repeat(8000)}`,
        '/links/%0d%0aX-Injected:%201',
        '/links/%E2%80%AE',
        '/links/*',
        '/*',
        '/openapi',
        '/openapi.json/',
      ])
    for (const path of paths) {
      expectFailure(await callAt(`${BASE}${path}`), 'NOT_FOUND')
      const unknown = await send(server.port, { path: `${BASE}${path}` })
      expect(checkReply('GET', path, unknown), path).toMatchObject({ code: 'UNAUTHENTICATED' })
    }
  })

  test('above it nothing of the API is reached', async () => {
    const paths = [
      '//api/v1/links',
      '/api//v1/links',
      '/API/V1/links',
      '/Api/v1/links',
      '/api/v1%2Flinks',
      '/api%2Fv1/links',
      '/%61pi/v1/links',
      '/./api/v1/links',
    ].concat([
      '/x/../api/v1/links',
      '/api/v1;x/links',
      '/api/v1.0/links',
      '/api/v2/links',
      '/api',
      '/api/',
      '/api/v1x',
      '/;/api/v1/links',
      '/\\api/v1/links',
      '/api\\v1\\links',
      '/api/v1\\links',
    ])
    for (const path of paths) {
      const reply = await send(server.port, {
        path,
        headers: { Authorization: `Bearer ${member.api.token}`, Accept: 'application/json' },
      })
      expect([reply.status, JSON.parse(reply.text)], path).toMatchObject([404, { code: 'NOT_FOUND' }])
    }
  })

  test('whole addresses: the same call as without, or an answer like any other', async () => {
    for (const host of ['x.example', `localhost:${server.port}`, 'user:pw@x.example']) {
      const { statuses, text } = await speak(server.port, request(`GET http://${host}${BASE}/me`, 'Connection: close'))
      expect(statuses, host).toEqual([200])
      expect(text).toContain('"plan":"premium"')
    }
    const odd = [
      'http://',
      'http:',
      'http:///api/v1/me',
      'ftp://x/api/v1/me',
      'javascript:alert(1)',
      '*',
      'x',
      'api/v1/me',
      '?',
      '#',
    ]
    for (const line of odd) {
      for (const method of ['GET', 'OPTIONS', 'POST']) {
        const { statuses } = await speak(
          server.port,
          request(`${method} ${line}`, 'Connection: close', 'Content-Length: 0'),
        )
        expect([400, 404, 405], `${method} ${line}`).toContain(statuses[0])
      }
    }
  })
})
