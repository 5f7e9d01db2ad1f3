// GET, PATCH and DELETE of one link: every field, whose it is, and what visitors meet on the very next request.
import { afterAll, describe, expect, test } from 'vitest'
import { type Api, DESTINATION, type Link } from './fixture/api.ts'
import { expectFailure } from './fixture/errors.ts'
import { createPerson } from './fixture/people.ts'
import { startServer } from './fixture/server.ts'
import { AGENTS, expectRedirect, expectRefusal, JSON_ONLY, visit } from './fixture/visit.ts'

const server = await startServer()
afterAll(() => server.stop())
const [{ api }, { api: other }] = await Promise.all([createPerson(server, 'premium'), createPerson(server, 'growth')])
const OTHER = 'https://example.org/other'
const change = (link: Link, fields: object) => api.patch<Link>(`/links/${link.id}`, fields)

async function changed(link: Link, fields: object): Promise<Link> {
  const { status, body } = await change(link, fields)
  expect(status).toBe(200)
  // Clicks of a moment ago may be counted in between.
  const { clicks, ...read } = (await api.get<Link>(`/links/${link.id}`)).body
  expect({ ...body, clicks }).toEqual({ ...read, clicks })
  return body
}

describe('PATCH', () => {
  test('destinationUrl: followed from the very next request on, and scored anew', async () => {
    const link = await api.link({ destinationUrl: 'http://example.com/' })
    expectRedirect(await visit(server, link.shortUrl), 'http://example.com/')
    const after = await changed(link, { destinationUrl: OTHER })
    expectRedirect(await visit(server, link.shortUrl), OTHER)
    expect(after.trustScore).toBeGreaterThan(link.trustScore)
    const parts = after.trustReason.split(', ').map((part) => Number(/^[+-]\d+/.exec(part)?.[0]))
    expect(50 + parts.reduce((sum, part) => sum + part, 0)).toBe(after.trustScore)
  })

  test.each([null, '', 'x', 'http://10.0.0.1/', 7])('destinationUrl %j is refused', async (destinationUrl) => {
    expectFailure(await change(await api.link(), { destinationUrl }), 'VALIDATION_ERROR', 'destinationUrl')
  })

  test('title: null clears', async () => {
    const link = await api.link({ title: 'first' })
    expect((await changed(link, { title: 'x'.repeat(120) })).title).toHaveLength(120)
    expect((await changed(link, { title: null })).title).toBeNull()
    expectFailure(await change(link, { title: 'x'.repeat(121) }), 'VALIDATION_ERROR', 'title')
  })

  test.each([
    ['iosUrl', AGENTS.iphone],
    ['androidUrl', AGENTS.android],
  ])('%s: URL or null to clear', async (field, agent) => {
    const link = await api.link()
    const go = () => visit(server, link.shortUrl, { 'User-Agent': agent })
    expectRedirect(await go(), DESTINATION)
    expect(await changed(link, { [field]: OTHER })).toMatchObject({ [field]: OTHER })
    expectRedirect(await go(), OTHER)
    expectRedirect(await visit(server, link.shortUrl), DESTINATION)
    expect(await changed(link, { [field]: null })).toMatchObject({ [field]: null })
    expectRedirect(await go(), DESTINATION)
    expectFailure(await change(link, { [field]: 'x' }), 'VALIDATION_ERROR', field)
  })

  test('requireSignature: toggles signed redirects', async () => {
    const link = await api.link()
    const go = () => visit(server, link.shortUrl, JSON_ONLY)
    expect((await changed(link, { requireSignature: true })).requireSignature).toBe(true)
    expectRefusal(await go(), 403, 'SIGNATURE_REQUIRED')
    await changed(link, { requireSignature: false })
    expectRedirect(await go(), DESTINATION)
    expectFailure(await change(link, { requireSignature: null }), 'VALIDATION_ERROR', 'requireSignature')
  })

  test('archived: true archives, false unarchives', async () => {
    const link = await api.link()
    const go = () => visit(server, link.shortUrl, JSON_ONLY)
    expectRedirect(await go(), DESTINATION)
    const { archivedAt } = await changed(link, { archived: true })
    expect(Math.abs(Date.parse(archivedAt!) - Date.now())).toBeLessThan(5000)
    expectRefusal(await go(), 410, 'ARCHIVED')
    expect((await changed(link, { archived: true })).archivedAt).toBe(archivedAt)
    expect((await changed(link, { archived: false })).archivedAt).toBeNull()
    expectRedirect(await go(), DESTINATION)
    expectFailure(await change(link, { archived: null }), 'VALIDATION_ERROR', 'archived')
  })

  test.each<[string, unknown, unknown[]]>([
    ['maxClicks', 5, [0, 1.5, '5']],
    ['startsAt', '2030-01-01T00:00:00.000Z', ['soon', 5]],
    ['expiresAt', '2030-01-01T00:00:00.000Z', ['never', 5]],
  ])('%s: null clears', async (field, good, bad) => {
    const link = await api.link()
    expect(await changed(link, { [field]: good })).toMatchObject({ [field]: good })
    for (const value of bad) expectFailure(await change(link, { [field]: value }), 'VALIDATION_ERROR', field)
    expect(await changed(link, { [field]: null })).toMatchObject({ [field]: null })
  })

  test('disabled', async () => {
    const link = await api.link()
    await changed(link, { disabled: true })
    expectRefusal(await visit(server, link.shortUrl, JSON_ONLY), 410, 'DISABLED')
    await changed(link, { disabled: false })
    expectRedirect(await visit(server, link.shortUrl), DESTINATION)
    expectFailure(await change(link, { disabled: null }), 'VALIDATION_ERROR', 'disabled')
  })

  test('only what is passed changes, and updatedAt moves on', async () => {
    const link = await api.link({ title: 'kept', maxClicks: 9, iosUrl: OTHER })
    const after = await changed(link, { disabled: true })
    expect(after).toEqual({ ...link, disabled: true, updatedAt: after.updatedAt })
    expect(Date.parse(after.updatedAt)).toBeGreaterThanOrEqual(Date.parse(link.updatedAt))
    expect((await change(link, {})).status).toBe(200)
  })

  test('an end before the start that is there already is refused', async () => {
    const link = await api.link({ startsAt: '2030-01-01T00:00:00Z' })
    expectFailure(await change(link, { expiresAt: '2029-01-01T00:00:00Z' }), 'VALIDATION_ERROR', 'expiresAt')
  })

  test.each(['customSlug', 'slug', 'domainId', 'id', 'ownerId', 'userId', 'clicks', 'archivedAt', 'createdAt', 'x'])(
    'the unknown field %s is rejected',
    async (field) => expectFailure(await change(await api.link(), { [field]: null }), 'VALIDATION_ERROR'),
  )
})

describe('DELETE', () => {
  test('is for good, and takes the rules along', async () => {
    const link = await api.link()
    const rule = await api.rule(link, { field: 'device', operator: 'equals', value: 'tablet', redirectUrl: OTHER })
    expectRedirect(await visit(server, link.shortUrl), DESTINATION)
    expect((await api.delete(`/links/${link.id}`)).status).toBe(204)
    expectRefusal(await visit(server, link.shortUrl, JSON_ONLY), 404, 'NOT_FOUND')
    expectFailure(await api.delete(`/links/${link.id}`), 'NOT_FOUND')
    expectFailure(await api.get(`/links/${link.id}`), 'NOT_FOUND')
    expectFailure(await api.delete(`/rules/${rule.id}`), 'NOT_FOUND')
  })
})

describe('what is not yours is not there, and looks no different', () => {
  const PATHS: [string, string, object | undefined][] = [
    ['GET', '', undefined],
    ['PATCH', '', { title: 'mine now' }],
    ['DELETE', '', undefined],
    ['GET', '/rules', undefined],
    ['POST', '/rules', { field: 'device', operator: 'equals', value: 'bot', redirectUrl: OTHER }],
    ['PUT', '/rules/order', { ruleIds: [] }],
    ['GET', '/stats', undefined],
    ['POST', '/preview', {}],
    ['POST', '/sign', { expiresInSeconds: 60 }],
  ]
  const strip = ({ status, text }: Awaited<ReturnType<Api['get']>>) => ({ status, text })

  test.each(PATHS)('%s /links/:id%s', async (method, path, body) => {
    const link = await api.link({ title: 'secret' })
    const theirs = strip(await other.call(method, `/links/${link.id}${path}`, body))
    expect(theirs).toEqual({ status: 404, text: '{"error":"Not found.","code":"NOT_FOUND"}' })
    for (const id of ['lnk_00000000000000000000000000', 'x', link.id.slice(4), `dom_${link.id.slice(4)}`, link.slug]) {
      expect(strip(await other.call(method, `/links/${id}${path}`, body))).toEqual(theirs)
    }
    expect((await api.get(`/links/${link.id}`)).body).toEqual(link)
  })

  test.each([
    ['PATCH', { redirectUrl: DESTINATION }],
    ['DELETE', undefined],
  ])('%s /rules/:id', async (method, body) => {
    const link = await api.link()
    const rule = await api.rule(link, { field: 'device', operator: 'equals', value: 'bot', redirectUrl: OTHER })
    expectFailure(await other.call(method, `/rules/${rule.id}`, body), 'NOT_FOUND')
    expect((await api.get(`/links/${link.id}/rules`)).body).toEqual({ data: [rule] })
  })
})
