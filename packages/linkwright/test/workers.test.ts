// serve --workers: several processes behind one port that act as one server.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { api } from './fixture/api.ts'
import { fitInMinute } from './fixture/clock.ts'
import { cli } from './fixture/command.ts'
import { createPerson } from './fixture/people.ts'
import { makePlace } from './fixture/place.ts'
import { type Server, startServer } from './fixture/server.ts'
import { visit } from './fixture/visit.ts'

const PATIENCE = { timeout: 20_000, interval: 50 }
const started = (server: Server) => server.log.filter(({ message }) => message === 'listening')

function workersOf({ pid }: Server): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
}

test('they are one server: one port, one limit, each link and each click at once, and a clean end', async () => {
  const server = await startServer({}, '--workers', '3')
  expect(started(server)).toMatchObject([{ port: server.port, workers: 3 }])
  expect(workersOf(server)).toHaveLength(3)
  const { api: person } = await createPerson(server, 'growth')
  await fitInMinute()
  const link = await person.link({ customSlug: 'together' })
  const visits = await Promise.all(Array.from({ length: 60 }, () => visit(server, '/together')))
  expect(visits.map(({ status }) => status)).toEqual(visits.map(() => 302))
  const replies = await Promise.all(Array.from({ length: 100 }, () => person.get('/me')))
  expect(replies.filter(({ status }) => status === 200)).toHaveLength(59)
  const other = await createPerson(server, 'growth')
  expect((await other.api.get(`/links/${link.id}`)).status).toBe(404)
  await server.stop()
})

test('clicks of all workers are in the statistics within 2 s, and an edit is seen by all', async () => {
  const server = await startServer({ WORKERS: '2' })
  const { api: person } = await createPerson(server, 'premium')
  const link = await person.link({ customSlug: 'edited' })
  await Promise.all(Array.from({ length: 40 }, () => visit(server, '/edited')))
  await expect
    .poll(async () => (await person.get<{ clicks: number }>(`/links/${link.id}/stats`)).body.clicks, PATIENCE)
    .toBe(40)
  await person.patch(`/links/${link.id}`, { disabled: true })
  await expect
    .poll(async () => {
      const visits = await Promise.all(Array.from({ length: 8 }, () => visit(server, '/edited')))
      return new Set(visits.map(({ status }) => status))
    }, PATIENCE)
    .toEqual(new Set([410]))
  await server.stop()
})

test('one that is killed is replaced, the others go on, and none of its clicks is lost', async () => {
  const server = await startServer({}, '--workers', '2')
  const { api: person } = await createPerson(server, 'premium')
  const link = await person.link({ customSlug: 'killed' })
  const before = workersOf(server)
  let answered = 0
  const visitOnce = async () => {
    const { status } = await visit(server, '/killed').catch(() => ({ status: 0 }))
    if (status === 302) answered++
  }
  for (let round = 0; round < 20; round++) {
    await Promise.all(Array.from({ length: 10 }, visitOnce))
    if (round === 10) process.kill(before[0]!, 'SIGKILL')
  }
  expect(answered).toBeGreaterThan(100)
  await expect.poll(() => workersOf(server).filter((pid) => !before.includes(pid)), PATIENCE).toHaveLength(1)
  // A redirect may have been counted and its answer cut off by the kill.
  const counted = async () => (await person.get<{ clicks: number }>(`/links/${link.id}/stats`)).body.clicks
  await expect.poll(counted, { timeout: 50_000, interval: 200 }).toBeGreaterThanOrEqual(answered)
  expect(await counted()).toBeLessThanOrEqual(200)
  expect(await server.end('SIGTERM')).toBe(0)
  expect(server.log.filter(({ level }) => level === 'warn').map(({ message }) => message)).toContain(
    'a worker ended; another one takes its place',
  )
})

test('what keeps a worker from serving ends the command with code 1, and is said', async () => {
  const blocker = createServer().listen(0)
  await new Promise((resolve) => blocker.once('listening', resolve))
  const { port } = blocker.address() as AddressInfo
  const place = makePlace()
  const ended = await cli(['serve', '--workers', '2', '--port', String(port)], place.env)
  expect(ended).toMatchObject({ code: 1, stdout: '' })
  expect(ended.stderr).toContain(`port ${port} is in use`)
  blocker.close()
  await place.remove()
})

test('a signal that is repeated, or comes to all at once as from a terminal, changes nothing', async () => {
  const server = await startServer({}, '--workers', '2')
  expect((await api(server).get('/me')).status).toBe(401)
  for (const pid of workersOf(server)) process.kill(pid, 'SIGINT')
  process.kill(server.pid, 'SIGINT')
  process.kill(server.pid, 'SIGTERM')
  expect(await server.end('SIGINT')).toBe(0)
})
