// Two servers and the command line on one database: what one of them changes, the others follow.
import { afterAll, describe, expect, test } from 'vitest'
import { api, DESTINATION, type Fields, type Link, type Stats } from './fixture/api.ts'
import { cliJson } from './fixture/command.ts'
import { expectFailure } from './fixture/errors.ts'
import { createPerson, createToken } from './fixture/people.ts'
import { makePlace } from './fixture/place.ts'
import { startServer, startTwin } from './fixture/server.ts'
import { expectRedirect, JSON_ONLY, visit } from './fixture/visit.ts'

const one = await startServer()
afterAll(() => one.stop())
const two = await startTwin(one)
afterAll(() => two.stop())
const { api: here, id: user } = await createPerson(one, 'premium')
const there = api(two, here.token)
const ELSEWHERE = 'https://example.org/elsewhere'
const goThere = (link: Link) => visit(two, link.shortUrl, JSON_ONLY)

/** Within 200 ms, says the documentation; a busy machine gets a second. */
function expectSoon(read: () => unknown) {
  return expect.poll(read, { timeout: 1000, interval: 10 })
}

describe('what one server changes the other follows', () => {
  test.each<[string, Fields, number, string | undefined]>([
    ['another destination', { destinationUrl: ELSEWHERE }, 302, ELSEWHERE],
    ['disabled', { disabled: true }, 410, undefined],
    ['archived', { archived: true }, 410, undefined],
    ['a signature', { requireSignature: true }, 403, undefined],
  ])('%s', async (_, change, status, location) => {
    const link = await here.link()
    expectRedirect(await goThere(link), DESTINATION)
    await here.patch(`/links/${link.id}`, change)
    await expectSoon(async () => {
      const { status, headers } = await goThere(link)
      return [status, headers.location]
    }).toEqual([status, location])
  })

  test('a rule added, changed and deleted', async () => {
    const link = await here.link()
    const location = async () => (await goThere(link)).headers.location
    expect(await location()).toBe(DESTINATION)
    const rule = await here.rule(link, {
      field: 'hour_utc',
      operator: 'between',
      value: [0, 23],
      redirectUrl: ELSEWHERE,
    })
    await expectSoon(location).toBe(ELSEWHERE)
    await here.patch(`/rules/${rule.id}`, { redirectUrl: 'https://example.net/' })
    await expectSoon(location).toBe('https://example.net/')
    await here.delete(`/rules/${rule.id}`)
    await expectSoon(location).toBe(DESTINATION)
  })

  test('a link deleted, and made anew after it was missed', async () => {
    const link = await here.link({ customSlug: 'comes-and-goes' })
    const status = async () => (await goThere(link)).status
    expect(await status()).toBe(302)
    await here.delete(`/links/${link.id}`)
    await expectSoon(status).toBe(404)
    await here.link({ customSlug: 'comes-and-goes' })
    await expectSoon(status).toBe(302)
  })

  test('both ways', async () => {
    const link = await there.link()
    expectRedirect(await visit(one, link.shortUrl), DESTINATION)
    await there.patch(`/links/${link.id}`, { destinationUrl: ELSEWHERE })
    expectRedirect(await goThere(link), ELSEWHERE)
    await expectSoon(async () => (await visit(one, link.shortUrl)).headers.location).toBe(ELSEWHERE)
  })
})

describe('what the command line changes both servers follow', () => {
  test('a link and a domain', async () => {
    expect((await visit(two, '/by-command', JSON_ONLY)).status).toBe(404)
    const link = await cliJson<Link>(['link', 'create', DESTINATION, '--user', user, '--slug', 'by-command'], one.env)
    await expectSoon(async () => (await visit(two, '/by-command')).status).toBe(302)
    expect((await here.get<Link>(`/links/${link.id}`)).body.slug).toBe('by-command')

    const host = { ...JSON_ONLY, Host: 'go.two.example' }
    expect((await visit(two, '/by-command', host)).status).toBe(302)
    await cliJson(['domain', 'add', '--user', user, '--host', 'go.two.example', '--verified'], one.env)
    await expectSoon(async () => (await visit(two, '/by-command', host)).status).toBe(404)
  })

  test('a token revoked and a plan changed, from the next request on', async () => {
    const minted = await createToken(one.env, user)
    const [first, second] = [api(one, minted.token), api(two, minted.token)]
    expect([(await first.get('/me')).status, (await second.get('/me')).status]).toEqual([200, 200])
    await cliJson(['token', 'revoke', minted.id], one.env)
    expectFailure(await first.get('/me'), 'INVALID_TOKEN')
    expectFailure(await second.get('/me'), 'INVALID_TOKEN')
    await cliJson(['user', 'update', user, '--plan', 'core'], one.env)
    expectFailure(await there.get('/me'), 'PLAN_REQUIRED')
    await cliJson(['user', 'update', user, '--plan', 'premium'], one.env)
    expect((await there.get('/me')).status).toBe(200)
  })
})

test('clicks of both are in the statistics of both', async () => {
  const link = await here.link()
  await Promise.all(Array.from({ length: 40 }, (_, n) => visit(n % 2 === 0 ? one : two, link.shortUrl)))
  const read = async (caller: typeof here) => {
    const { clicks, uniques } = (await caller.get<Stats>(`/links/${link.id}/stats`)).body
    return [clicks, uniques]
  }
  await expect.poll(() => read(here), { timeout: 2500, interval: 100 }).toEqual([40, 1])
  expect(await read(there)).toEqual([40, 1])
})

test('an address signed by one opens the link at the other', async () => {
  const link = await here.link({ requireSignature: true })
  const { url } = (await here.post<{ url: string }>(`/links/${link.id}/sign`, { expiresInSeconds: 60 })).body
  await expectSoon(async () => (await visit(two, url)).status).toBe(302)
})

test('servers that start together on a new database migrate it once, and share one secret', async () => {
  const place = makePlace()
  const env = { ...place.env, LINKWRIGHT_ORIGIN: one.origin }
  const [left, right] = await Promise.all([startServer(env), startServer(env)])
  const { api: caller } = await createPerson(left, 'growth')
  const link = await caller.link({ requireSignature: true })
  const { url } = (await caller.post<{ url: string }>(`/links/${link.id}/sign`, { expiresInSeconds: 60 })).body
  expectRedirect(await visit(right, url, { Host: new URL(one.origin).host }), DESTINATION)
  await Promise.all([left.stop(), right.stop()])
  await place.remove()
})
