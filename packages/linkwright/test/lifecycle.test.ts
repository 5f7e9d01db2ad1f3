// The server as a process: health, a clean end under load, slow and broken clients, and what it refuses to start with.
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, describe, expect, test } from 'vitest'
import { BASE, api as client, DESTINATION, type Stats } from './fixture/api.ts'
import { cli, cliJson } from './fixture/command.ts'
import { expectFailure } from './fixture/errors.ts'
import { createPerson } from './fixture/people.ts'
import { makePlace } from './fixture/place.ts'
import { startServer, startTwin } from './fixture/server.ts'
import { expectRedirect, visit } from './fixture/visit.ts'
import { send } from './fixture/wire.ts'

const server = await startServer()
afterAll(() => server.stop())
const person = await createPerson(server, 'premium')

/** Sends bytes as they are and reads until the other side ends the connection, or for so long. */
async function talk(port: number, text: string, milliseconds = 15_000): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let heard = ''
  socket.setEncoding('latin1').on('data', (part: string) => {
    heard += part
  })
  socket.on('error', () => undefined)
  socket.setTimeout(milliseconds, () => socket.destroy())
  socket.write(text)
  await once(socket, 'close')
  return heard
}

test.each(['/healthz', '/readyz'])('%s is 200', async (path) => {
  const { status, text, headers } = await send(server.port, { path })
  expect(status).toBe(200)
  expect(JSON.parse(text)).toMatchObject({ status: 'ok' })
  expect(headers['cache-control']).toMatch('no-store')
})

describe('openapi.json', () => {
  test('needs no credential and lists every operation', async () => {
    const { status, text } = await send(server.port, { path: `${BASE}/openapi.json` })
    expect(status).toBe(200)
    const document = JSON.parse(text) as { openapi: string; paths: Record<string, Record<string, object>> }
    expect(document.openapi).toMatch(/^3\.1\./)
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace('/api/v1', '')}`),
    )
    expect(operations.sort()).toEqual(
      [
        'DELETE /links/{id}',
        'DELETE /rules/{id}',
        'GET /domains',
        'GET /links',
        'GET /links/{id}',
        'GET /links/{id}/rules',
        'GET /links/{id}/stats',
        'GET /me',
        'GET /openapi.json',
        'PATCH /links/{id}',
        'PATCH /rules/{id}',
        'POST /links',
        'POST /links/{id}/preview',
        'POST /links/{id}/rules',
        'POST /links/{id}/sign',
        'PUT /links/{id}/rules/order',
      ].sort(),
    )
    const printed = await cli(['openapi'], server.env)
    expect(Object.keys(JSON.parse(printed.stdout).paths)).toEqual(Object.keys(document.paths))
  })
})

describe('a client that is broken or slow', () => {
  test('gets an answer to what is no HTTP, and nobody else notices', async () => {
    expect(await talk(server.port, 'NONSENSE\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /)
    expect(await talk(server.port, `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 431 /,
    )
    expect((await send(server.port, { path: '/readyz' })).status).toBe(200)
  })

  test('that never ends its headers is cut off', async () => {
    const started = Date.now()
    expect(await talk(server.port, 'GET /promo HTTP/1.1\r\nHost: x\r\n', 20_000)).toMatch(/^(HTTP\/1\.1 408 |$)/)
    expect(Date.now() - started).toBeLessThan(16_000)
  })

  test('that goes away in the middle of a body costs nothing', async () => {
    const head = `POST ${BASE}/links HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${person.api.token}\r\n`
    await talk(server.port, `${head}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"dest`, 200)
    expect((await person.api.get('/me')).status).toBe(200)
  })

  test('that sends no Host gets an answer', async () => {
    expect(await talk(server.port, 'GET /promo HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 404 /)
  })
})

describe('SIGTERM', () => {
  test('under load: what is in flight is answered, clicks are kept, and the exit code is 0', async () => {
    // The database outlives its server.
    const place = makePlace()
    const own = await startServer(place.env)
    const { api, id } = await createPerson(own, 'premium')
    const link = await api.link({ customSlug: 'drained' })
    const visits = Array.from({ length: 100 }, () => visit(own, link.shortUrl))
    const writes = Array.from({ length: 50 }, () => api.post('/links', { destinationUrl: DESTINATION }))
    await visits[0]
    const settled = Promise.allSettled([...visits, ...writes])
    const started = Date.now()
    const [replies] = await Promise.all([settled, own.stop()])
    expect(Date.now() - started).toBeLessThan(15_000)

    const passed = replies
      .filter(({ status }) => status === 'fulfilled')
      .map((one) => (one as PromiseFulfilledResult<{ status: number }>).value)
    expect(passed.filter(({ status }) => ![302, 201].includes(status))).toEqual([])
    const redirected = passed.filter(({ status }) => status === 302).length
    const made = passed.filter(({ status }) => status === 201).length
    expect(redirected).toBeGreaterThan(0)
    const stats = await cliJson<Stats>(['link', 'stats', link.id], place.env)
    expect(stats.clicks).toBe(redirected)
    const { data } = await cliJson<{ data: object[] }>(['link', 'list', '--user', id], place.env)
    expect(data).toHaveLength(made + 1)
    await place.remove()
  })

  test('ends idle connections, and SIGINT does the same', async () => {
    const own = await startServer()
    const socket = connect(own.port, '127.0.0.1')
    socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n')
    await once(socket, 'data')
    const started = Date.now()
    expect(await own.end('SIGINT')).toBe(0)
    expect(Date.now() - started).toBeLessThan(5000)
    socket.destroy()
  })
})

test('serve --demo prints a first command that works, and shows its token this once', async () => {
  const first = await startServer({}, '--demo')
  await expect.poll(() => first.printed(), { timeout: 5000 }).toMatch(/Ctrl-C/)
  const token = /lw_pk_[0-9A-Za-z]{49}/.exec(first.printed())?.[0]
  const command = /^ *(curl -X POST .*)$/m.exec(first.printed())![1]!
  expect(command).toContain(`${first.origin}/api/v1/links`)
  expect(command).toContain(token)
  const second = await startServer(first.env, '--demo')
  await expect.poll(() => second.printed(), { timeout: 5000 }).toMatch(/Ctrl-C/)
  expect(second.printed()).not.toMatch(/lw_pk_/)
  await second.stop()
  const reply = await client(first, token).get('/me')
  // DEFAULT_PLAN is free, which has no API: the token is known all the same.
  expectFailure(reply, 'PLAN_REQUIRED')
  await first.stop()
})

test('a server that was killed starts again on its database', async () => {
  const own = await startServer()
  const first = await createPerson(own, 'growth')
  const link = await first.api.link()
  // Another process keeps the database: the twin works on the same.
  const twin = await startTwin(own)
  process.kill(twin.pid, 'SIGKILL')
  await expect.poll(() => isAlive(twin.pid)).toBe(false)
  const again = await startTwin(own)
  expectRedirect(await visit(again, link.shortUrl), DESTINATION)
  await again.stop()
  await own.stop()
  await twin.end('SIGKILL')
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
