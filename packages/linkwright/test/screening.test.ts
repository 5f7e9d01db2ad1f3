// Screening of destinations: a file, a service, and what happens while the service is away.
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { type Api, api as client, DESTINATION, type Link } from './fixture/api.ts'
import { cliJson } from './fixture/command.ts'
import { expectFailure } from './fixture/errors.ts'
import { createPerson } from './fixture/people.ts'
import { makePlace } from './fixture/place.ts'
import { startServer, startTwin } from './fixture/server.ts'
import { expectRedirect, visit } from './fixture/visit.ts'

/** Speaks the Safe Browsing Lookup API: whatever holds `malware` is a match. */
let mode: 'well' | 'broken' | 'silent' = 'well'
const asked: string[] = []
const service = createServer(async (request, response) => {
  let text = ''
  for await (const part of request) text += part
  const { threatInfo } = JSON.parse(text) as { threatInfo: { threatEntries: { url: string }[] } }
  const urls = threatInfo.threatEntries.map(({ url }) => url)
  asked.push(`${request.method} ${request.url}`, ...urls)
  if (mode === 'silent') return
  if (mode === 'broken') return void response.writeHead(500).end('oops')
  const matches = urls
    .filter((url) => url.includes('malware'))
    .map((url) => ({ threat: { url }, threatType: 'MALWARE' }))
  response.setHeader('Content-Type', 'application/json').end(JSON.stringify(matches.length > 0 ? { matches } : {}))
}).listen(0, '127.0.0.1')
await new Promise((resolve) => service.once('listening', resolve))
afterAll(() => {
  service.closeAllConnections()
  service.close()
})
beforeEach(() => {
  mode = 'well'
})

const place = makePlace()
afterAll(() => place.remove())
const list = join(place.folder, 'blocklist.txt')
writeFileSync(list, '# refused here\nevil.example\nhttps://example.com/bad # a page\n')
const server = await startServer({
  ...place.env,
  BLOCKLIST_FILE: list,
  SAFE_BROWSING_API_KEY: 'the-key',
  SAFE_BROWSING_URL: `http://127.0.0.1:${(service.address() as AddressInfo).port}`,
})
afterAll(() => server.stop())
const { api, id: user } = await createPerson(server, 'premium')
const create = (fields: object) => api.post<Link>('/links', { destinationUrl: DESTINATION, ...fields })
const links = async () => {
  const { meters } = await cliJson<{ meters: { links: { value: number } } }>(
    ['usage', 'show', '--user', user],
    server.env,
  )
  return meters.links.value
}

describe('422 URL_FLAGGED', () => {
  test.each([
    'https://evil.example/',
    'http://EVIL.example:8080/x',
    'https://www.evil.example/',
    'https://example.com/bad',
    'http://example.com/bad/worse?x',
    'https://example.org/malware',
  ])('%s', async (destinationUrl) => {
    expectFailure(await create({ destinationUrl }), 'URL_FLAGGED')
  })

  test.each(['iosUrl', 'androidUrl'])('%s', async (field) => {
    expectFailure(await create({ [field]: 'https://evil.example/' }), 'URL_FLAGGED')
    expectFailure(await create({ [field]: 'https://example.org/malware' }), 'URL_FLAGGED')
  })

  test('a rule’s redirectUrl, when it is made and when it changes', async () => {
    const link = await api.link()
    const rule = { field: 'device', operator: 'equals', value: 'bot', redirectUrl: 'https://evil.example/' }
    expectFailure(await api.post(`/links/${link.id}/rules`, rule), 'URL_FLAGGED')
    const good = await api.rule(link, { ...rule, redirectUrl: DESTINATION })
    expectFailure(await api.patch(`/rules/${good.id}`, { redirectUrl: 'https://example.org/malware' }), 'URL_FLAGGED')
    expect((await api.get(`/links/${link.id}/rules`)).body).toEqual({ data: [good] })
  })

  test('on a change, which then changes nothing', async () => {
    const link = await api.link()
    const change = { destinationUrl: 'https://example.org/malware', title: 'changed' }
    expectFailure(await api.patch(`/links/${link.id}`, change), 'URL_FLAGGED')
    expect((await api.get(`/links/${link.id}`)).body).toEqual(link)
    expectRedirect(await visit(server, link.shortUrl), DESTINATION)
  })

  test('takes no slug and no place of the month', async () => {
    const before = await links()
    expectFailure(await create({ destinationUrl: 'https://evil.example/', customSlug: 'flagged' }), 'URL_FLAGGED')
    expect(await links()).toBe(before)
    expect((await create({ customSlug: 'flagged' })).status).toBe(201)
  })

  test('after the slug and before the plan’s limit; kept for the same Idempotency-Key', async () => {
    const flagged = { destinationUrl: 'https://evil.example/' }
    expectFailure(await create({ ...flagged, customSlug: 'flagged' }), 'SLUG_TAKEN')
    const set = (value: string) =>
      cliJson(['usage', 'set', '--user', user, '--meter', 'links', '--value', value], server.env)
    await set('10000')
    const key = { 'Idempotency-Key': 'flagged' }
    const first = await api.post('/links', flagged, key)
    expectFailure(first, 'URL_FLAGGED')
    await set('0')
    expect((await api.post('/links', flagged, key)).text).toBe(first.text)
  })
})

test('what is clear passes, and the service is asked with the key', async () => {
  asked.length = 0
  expect(
    (await create({ destinationUrl: 'https://example.org/fresh', iosUrl: 'https://example.org/app' })).status,
  ).toBe(201)
  expect(asked[0]).toBe('POST /v4/threatMatches:find?key=the-key')
  expect(asked).toEqual(expect.arrayContaining(['https://example.org/fresh', 'https://example.org/app']))
})

describe('while the service', () => {
  test.each([
    ['fails', 'broken'],
    ['says nothing', 'silent'],
  ] as const)('%s, links are made all the same, in time', async (_, how) => {
    mode = how
    const started = Date.now()
    const link = await api.link({ destinationUrl: `https://example.org/${how}` })
    expect(Date.now() - started).toBeLessThan(4000)
    expectRedirect(await visit(server, link.shortUrl), `https://example.org/${how}`)
    expectFailure(await create({ destinationUrl: 'https://evil.example/' }), 'URL_FLAGGED')
  })
})

describe('a call with an Idempotency-Key that is still being screened', () => {
  const post = (caller: Api, body: object) => caller.post('/links', body, { 'Idempotency-Key': 'slow' })
  const body = { destinationUrl: 'https://example.org/slow', title: 'slow' }

  test('holds its key: a twin is told to wait, another body that it is another', async () => {
    mode = 'silent'
    const first = post(api, body)
    await expect.poll(() => asked, { timeout: 2000, interval: 10 }).toContain(body.destinationUrl)
    expectFailure(await post(api, body), 'IDEMPOTENCY_IN_PROGRESS')
    expectFailure(await post(api, { ...body, title: 'other' }), 'IDEMPOTENCY_MISMATCH')
    const made = await first
    expect(made.status).toBe(201)
    expect((await post(api, body)).text).toBe(made.text)
  })

  test('leaves nothing claimed when its process is killed', async () => {
    const twin = await startTwin(server)
    mode = 'silent'
    const slow = { destinationUrl: 'https://example.org/killed', customSlug: 'killed' }
    const key = { 'Idempotency-Key': 'killed' }
    const before = await links()
    const lost = client(twin, api.token).post('/links', slow, key)
    const gone = expect(lost).rejects.toThrow()
    await expect.poll(() => asked, { timeout: 2000, interval: 10 }).toContain(slow.destinationUrl)
    await twin.end('SIGKILL')
    await gone
    mode = 'well'
    expect((await api.post('/links', slow, key)).status).toBe(201)
    expect(await links()).toBe(before + 1)
  })
})

test('a changed list counts without a new start', async () => {
  writeFileSync(list, 'newly.example\n')
  const status = async () => (await create({ destinationUrl: 'https://newly.example/' })).status
  await expect.poll(status, { timeout: 5000, interval: 300 }).toBe(422)
})
