// A service in trouble: a database that is locked, and one that is broken. Callers learn no more than they need.
import { expect, test } from 'vitest'
import { DESTINATION } from './fixture/api.ts'
import { lockWrites, runSql } from './fixture/database.ts'
import { expectFailure } from './fixture/errors.ts'
import { createPerson } from './fixture/people.ts'
import { startServer } from './fixture/server.ts'
import { expectRedirect, JSON_ONLY, visit } from './fixture/visit.ts'
import { send } from './fixture/wire.ts'

test('while another process keeps the database locked, redirects go on and writes are 503', async () => {
  const server = await startServer()
  const { api } = await createPerson(server, 'premium')
  const [link, counted] = [await api.link(), await api.link({ maxClicks: 5 })]
  expectRedirect(await visit(server, link.shortUrl), DESTINATION)
  const unlock = await lockWrites(server.env)
  try {
    const [write, claim, redirect, fresh] = await Promise.all([
      api.post('/links', { destinationUrl: DESTINATION, customSlug: 'locked' }),
      visit(server, counted.shortUrl, JSON_ONLY),
      visit(server, link.shortUrl),
      api.get('/links'),
    ])
    expectFailure(write, 'UNAVAILABLE')
    expect(claim.status).toBe(503)
    expect(JSON.parse(claim.text)).toMatchObject({ code: 'UNAVAILABLE' })
    expect(claim.headers['retry-after']).toMatch(/^\d+$/)
    expectRedirect(redirect, DESTINATION)
    expect(fresh.status).toBe(200)
    expect((await send(server.port, { path: '/healthz' })).status).toBe(200)
  } finally {
    await unlock()
  }
  expect((await api.post('/links', { destinationUrl: DESTINATION, customSlug: 'locked' })).status).toBe(201)
  expectRedirect(await visit(server, counted.shortUrl), DESTINATION)
  await expect.poll(async () => (await api.get(`/links/${link.id}`)).body.clicks, { timeout: 5000 }).toBe(2)
  expect(await server.end('SIGTERM')).toBe(0)
})

test('what nobody expected is 500 INTERNAL without a word about the inside, and a line in the log', async () => {
  const server = await startServer()
  const { api } = await createPerson(server, 'premium')
  const link = await api.link()
  await runSql(server.env, 'alter table linkwright_rule rename to gone')
  const reply = await api.get(`/links/${link.id}/rules`)
  expectFailure(reply, 'INTERNAL')
  expect(Object.keys(reply.body)).toEqual(['error', 'code'])
  expect(reply.text).not.toMatch(/table|gone|links\.db/)
  const id = reply.headers['x-request-id']
  const lines = () => server.log.filter(({ requestId }) => requestId === id)
  await expect.poll(lines).toHaveLength(1)
  expect(lines()[0]).toMatchObject({ level: 'error' })
  expect(JSON.stringify(server.log)).not.toContain(api.token)
  await server.end('SIGTERM')
})
