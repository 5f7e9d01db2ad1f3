// Handles on a real node:http server, spoken to through a bare socket where a client would be too polite.
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createWorld, type World } from '../test/world.ts'
import type { Handle } from './call.ts'
import { createListener, type Listener, type NodeOptions, toNode } from './node.ts'

const BODY = JSON.stringify({ destinationUrl: 'https://example.com/a', customSlug: 'promo' })

let world: World
let token: string
let server: Server | undefined
beforeEach(async () => {
  world = await createWorld({ door: { standalone: true } })
  token = (await world.user('ada@example.org')).token
})
afterEach(async () => {
  server?.closeAllConnections()
  server?.close()
  server = undefined
})

async function listen(listener: Listener): Promise<number> {
  server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}
const start = () => listen(toNode(world.api, world.door))

/** Sends bytes as they are, and reads until the server ends the connection or falls silent. */
async function speak(port: number, text: string, silence = 100): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let heard = ''
  socket.on('data', (chunk) => {
    heard += chunk
  })
  socket.on('error', () => {})
  socket.write(text)
  let before = -1
  while (!socket.closed && (heard.length === 0 || heard.length !== before)) {
    before = heard.length
    await Promise.race([once(socket, 'close'), wait(silence)])
  }
  socket.destroy()
  return heard
}
/** The connection ends with the reply, unless the headers ask for more. */
const request = (line: string, headers: string[] = [], body = '') => {
  const all = headers.includes(KEEP) ? headers : ['Connection: close', ...headers]
  return `${line} HTTP/1.1\r\n${['Host: go.example.org', ...all].join('\r\n')}\r\n\r\n${body}`
}
const KEEP = 'Connection: keep-alive'
const postHeaders = (length: number, more: string[] = []) => [
  `Authorization: Bearer ${token}`,
  'Content-Type: application/json',
  `Content-Length: ${length}`,
  ...more,
]

describe('toNode', () => {
  test('serves the contract and the door', async () => {
    const port = await start()
    const created = await speak(port, request('POST /api/v1/links', postHeaders(BODY.length), BODY))
    expect(created).toMatch(/^HTTP\/1\.1 201 Created\r\n/)
    expect(created).toMatch(/\r\nContent-Length: \d+\r\n/)
    expect(created).toContain('"slug":"promo"')
    for (let n = 0; n < 2; n++) {
      const visited = await speak(port, request('GET /promo'))
      expect(visited).toMatch(/^HTTP\/1\.1 302 Found\r\nLocation: https:\/\/example\.com\/a\r\n/)
      expect(visited).toMatch(/\r\nContent-Length: 0\r\n/)
      expect(visited).not.toMatch(/chunked/i)
    }
  })

  test('answers HEAD without a body', async () => {
    const port = await start()
    const [head = '', body] = (await speak(port, request('HEAD /nothing'))).split('\r\n\r\n')
    expect(head).toMatch(/^HTTP\/1\.1 404/)
    expect(Number(/Content-Length: (\d+)/.exec(head)![1])).toBeGreaterThan(100)
    expect(body).toBe('')
  })

  test('sees repeated headers', async () => {
    const port = await start()
    const twice = [`Authorization: Bearer ${token}`, `Authorization: Bearer ${token}`]
    expect(await speak(port, request('GET /api/v1/me', twice))).toContain('INVALID_TOKEN')
    const types = [...postHeaders(BODY.length), 'Content-Type: text/plain']
    expect(await speak(port, request('POST /api/v1/links', types, BODY))).toContain('UNSUPPORTED_MEDIA_TYPE')
    const keys = [...postHeaders(BODY.length), 'Idempotency-Key: a', 'Idempotency-Key: b']
    expect(await speak(port, request('POST /api/v1/links', keys, BODY))).toContain('VALIDATION_ERROR')
  })

  test('takes targets in absolute form, and stars', async () => {
    const port = await start()
    await world.call(token, 'POST', '/links', JSON.parse(BODY))
    expect(await speak(port, request('GET http://go.example.org/promo'))).toMatch(/^HTTP\/1\.1 302/)
    expect(await speak(port, request('GET http://go.example.org'))).toMatch(/^HTTP\/1\.1 404/)
    expect(await speak(port, request('GET http://go.example.org/api/v1/me'))).toContain('UNAUTHENTICATED')
    expect(await speak(port, request('OPTIONS *'))).toMatch(/^HTTP\/1\.1 405/)
    expect(await speak(port, request('GET //promo'))).toMatch(/^HTTP\/1\.1 404/)
  })

  test('refuses 101 kB at once, and does not hang on those who keep sending', async () => {
    const port = await start()
    const long = await speak(port, request('POST /api/v1/links', postHeaders(101_000, [KEEP]), ' '.repeat(101_000)))
    expect(long).toMatch(/^HTTP\/1\.1 413/)
    expect(long).toContain('PAYLOAD_TOO_LARGE')
    // Announced, never sent.
    const announced = await speak(port, request('POST /api/v1/links', postHeaders(10_000_000, [KEEP]), ' '), 1500)
    expect(announced).toMatch(/^HTTP\/1\.1 413/)
    expect(announced).toMatch(/\r\nConnection: close\r\n/)
    // Not announced.
    const headers = [...postHeaders(0).slice(0, 2), 'Transfer-Encoding: chunked', KEEP]
    const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`
    const chunked = await speak(port, request('POST /api/v1/links', headers, chunk.repeat(40)))
    expect(chunked).toMatch(/^HTTP\/1\.1 413/)
  })

  test('does not cut off a client that is still sending when the refusal comes', async () => {
    const socket = connect(await start(), '127.0.0.1')
    const errors: unknown[] = []
    socket.on('error', (error) => errors.push(error))
    socket.write(request('POST /api/v1/links', postHeaders(300_000, [KEEP]), ' '.repeat(100_000)))
    const [reply] = await once(socket, 'data')
    expect(String(reply)).toMatch(/^HTTP\/1\.1 413/)
    for (let part = 0; part < 2; part++) {
      await wait(50)
      socket.write(' '.repeat(100_000))
    }
    await once(socket, 'end')
    expect(errors).toEqual([])
  })

  test('takes exactly 100 kB', async () => {
    const port = await start()
    const body = BODY + ' '.repeat(100_000 - BODY.length)
    expect(await speak(port, request('POST /api/v1/links', postHeaders(100_000), body))).toMatch(/^HTTP\/1\.1 201/)
  })

  test('keeps the connection after a refusal whose body has come', async () => {
    const port = await start()
    const two =
      request('POST /api/v1/links', ['Content-Length: 2', KEEP], '{}') +
      request('GET /nothing', ['Accept: application/json'])
    const heard = await speak(port, two)
    expect(heard.match(/HTTP\/1\.1 (\d+)/g)).toEqual(['HTTP/1.1 401', 'HTTP/1.1 404'])
  })

  test('goes on after a body that is broken off', async () => {
    const port = await start()
    const socket = connect(port, '127.0.0.1').on('error', () => {})
    socket.write(request('POST /api/v1/links', postHeaders(500), '{"destinationUrl":'))
    await wait(50)
    socket.destroy()
    await wait(50)
    expect(world.log).toEqual([])
    expect(await speak(port, request('GET /api/v1/me', [`Authorization: Bearer ${token}`]))).toMatch(/^HTTP\/1\.1 200/)
    expect((await world.call(token, 'GET', '/links')).json.data).toEqual([])
  })
})

describe('createListener', () => {
  const echo: Handle = (call) => ({
    status: 200,
    headers: [],
    body: JSON.stringify({
      from: [call.host, call.ip, call.trusted],
      asked: [call.path, call.query, call.header('x-many')],
    }),
  })
  const heard = async (headers: string[], options: NodeOptions, line = 'GET /a%20b?c=%20?d') => {
    const port = await listen(createListener([() => undefined, async () => undefined, echo], options))
    return JSON.parse((await speak(port, request(line, headers))).split('\r\n\r\n')[1]!)
  }

  test('gives path and query raw, and merges a repeated header', async () => {
    expect((await heard(['X-Many: 1', 'X-Many: 2'], {})).asked).toEqual(['/a%20b', 'c=%20?d', '1, 2'])
  })

  test('believes proxies that are named, and no others', async () => {
    const headers = ['X-Forwarded-For: 6.6.6.6, 198.51.100.1', 'X-Forwarded-Host: go.example.com']
    expect((await heard(headers, {})).from).toEqual(['go.example.org', '127.0.0.1', false])
    expect((await heard(headers, { trustProxy: ['127.0.0.0/8'] })).from).toEqual([
      'go.example.com',
      '198.51.100.1',
      true,
    ])
  })

  test('believes an absolute target rather than the Host header', async () => {
    expect((await heard([], {}, 'GET http://other.example:81/a')).from[0]).toBe('other.example:81')
  })

  test('hands on to next what nobody answers, and what fails', async () => {
    const seen: unknown[] = []
    const run = async (handle: Handle) => {
      const port = await listen((request, response) =>
        createListener([handle])(request, response, (error) => {
          seen.push(error)
          response.end()
        }),
      )
      await speak(port, request('GET /'))
    }
    await run(() => undefined)
    await run(async () => undefined)
    await run(() => {
      throw new Error('now')
    })
    await run(() => Promise.reject(new Error('later')))
    expect(seen).toEqual([undefined, undefined, new Error('now'), new Error('later')])
  })

  test('has an answer of its own for both', async () => {
    const silent = await speak(await listen(createListener([])), request('GET /'))
    expect(silent).toMatch(/^HTTP\/1\.1 404/)
    const failing = await listen(createListener([() => Promise.reject(new Error('SELECT'))]))
    const heard = await speak(failing, request('GET /'))
    expect(heard).toMatch(/^HTTP\/1\.1 500/)
    expect(heard).not.toContain('SELECT')
  })

  test('reads a body that a framework has parsed already', async () => {
    const listener = createListener([world.api])
    const port = await listen(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      const body = JSON.parse(Buffer.concat(chunks).toString())
      listener(Object.assign(request, { body, originalUrl: request.url, url: '/links' }), response)
    })
    expect(await speak(port, request('POST /api/v1/links', postHeaders(BODY.length), BODY))).toMatch(/^HTTP\/1\.1 201/)
  })
})
