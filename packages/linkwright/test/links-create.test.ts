// POST /links: every field with what it takes, and what comes back.
import { afterAll, describe, expect, test } from 'vitest'
import { DESTINATION, type Link } from './fixture/api.ts'
import { expectFailure } from './fixture/errors.ts'
import { createPerson } from './fixture/people.ts'
import { startServer } from './fixture/server.ts'
import { expectRedirect, visit } from './fixture/visit.ts'

const server = await startServer()
afterAll(() => server.stop())
const [{ api }, { api: other }] = await Promise.all([createPerson(server, 'premium'), createPerson(server, 'premium')])
const create = (fields: object) => api.post<Link>('/links', { destinationUrl: DESTINATION, ...fields })

describe('destinationUrl', () => {
  test('is required', async () => {
    expectFailure(await api.post('/links', {}), 'VALIDATION_ERROR', 'destinationUrl')
    expectFailure(await api.post('/links', { title: 'x' }), 'VALIDATION_ERROR', 'destinationUrl')
  })

  test.each([
    ['HTTPS://EXAMPLE.com', 'https://example.com/'],
    ['https://example.com:443/a b?q=ü#x', 'https://example.com/a%20b?q=%C3%BC#x'],
    ['http://münchen.example.com/', 'http://xn--mnchen-3ya.example.com/'],
    ['https://example.com/%7Euser/?a=1&a=2&', 'https://example.com/%7Euser/?a=1&a=2&'],
    ['http://93.184.216.34:8080/x', 'http://93.184.216.34:8080/x'],
    [`https://example.com/${'a'.repeat(2028)}`, `https://example.com/${'a'.repeat(2028)}`],
  ])('%.60s is stored as the WHATWG href, and followed unaltered', async (destinationUrl, href) => {
    const link = await api.link({ destinationUrl })
    expect(link.destinationUrl).toBe(href)
    expectRedirect(await visit(server, link.shortUrl), href)
  })

  test.each([
    '',
    'example.com',
    '//example.com',
    'https:example.com',
    'https:/example.com',
    'ftp://example.com/',
    'javascript:alert(1)',
    'data:text/html,x',
    'https://user:secret@example.com/',
    'https://user@example.com/',
    'https:\\\\example.com',
    'https://example.com\\x',
    'https://exa mple.com/',
    'https://example.com/\u0001',
    'https://example.com/\r\nSet-Cookie: a=b',
    'https://example.com/\u2028',
    'https://example.com/\u202eexe',
    'https://-bad-.example.com/',
    'https://a..example.com/',
    'https://localhost/',
    'http://app.localhost:3000/',
    'https://intranet/',
    'https://printer.local/',
    'https://db.internal/',
    'http://127.0.0.1/',
    'http://127.1/',
    'http://0x7f000001/',
    'http://2130706433/',
    'http://0.0.0.0/',
    'http://10.0.0.1/',
    'http://172.16.5.4/',
    'http://192.168.1.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://[::1]/',
    'http://[fe80::1]/',
    'http://[fd00::1]/',
    'http://[::ffff:127.0.0.1]/',
    `https://example.com/${'a'.repeat(2029)}`,
  ])('%j is refused', async (destinationUrl) => {
    const reply = await create({ destinationUrl })
    expectFailure(reply, 'VALIDATION_ERROR', 'destinationUrl')
    if (destinationUrl.length > 9) expect(reply.text).not.toContain(JSON.stringify(destinationUrl).slice(1, -1))
  })

  test.each([1, true, null, [DESTINATION], { url: DESTINATION }])('%j is no URL', async (destinationUrl) => {
    expectFailure(await create({ destinationUrl }), 'VALIDATION_ERROR', 'destinationUrl')
  })

  test('a loop through the service itself is refused', async () => {
    expectFailure(await create({ destinationUrl: `${server.origin}/promo` }), 'VALIDATION_ERROR', 'destinationUrl')
  })
})

describe('title', () => {
  test.each(['', 'x', 'x'.repeat(120), 'Grüße 👋', '<b>&"', null])('%.20j is kept as it is', async (title) => {
    expect((await api.link({ title })).title).toBe(title)
  })

  test.each(['x'.repeat(121), 1, ['x'], 'nul\u0000', '\ud800'])('%.20j is refused', async (title) => {
    expectFailure(await create({ title }), 'VALIDATION_ERROR')
  })
})

describe('customSlug', () => {
  test.each(['abc', 'Spring-Sale_2026', '---', '___', '0000', 'x'.repeat(40)])('%s is taken', async (customSlug) => {
    const link = await api.link({ customSlug })
    expect(link).toMatchObject({ slug: customSlug, shortUrl: `${server.origin}/${customSlug}` })
    expectRedirect(await visit(server, `/${customSlug}`), DESTINATION)
  })

  test.each(['', 'ab', 'x'.repeat(41), 'a b c', 'a.b', 'a/b', 'ünder', 'abc\n', ' abc', 'a%20b', 'аbc'])(
    '%j is 400 INVALID_SLUG',
    async (customSlug) => expectFailure(await create({ customSlug }), 'INVALID_SLUG', 'customSlug'),
  )

  test.each(
    `admin api app assets bio constructor dashboard docs favicon health healthz login logout null password prototype
    __proto__ reset-password readyz robots signup sitemap static undefined well-known www API Admin rEaDyZ`.split(
      /\s+/,
    ),
  )('%s is reserved', async (customSlug) => expectFailure(await create({ customSlug }), 'INVALID_SLUG', 'customSlug'))

  test.each([7, true, ['abc'], {}])('%j is no slug', async (customSlug) => {
    expect((await create({ customSlug })).status).toBe(400)
  })

  test('is unique, whoever asks: 409 SLUG_TAKEN', async () => {
    await api.link({ customSlug: 'unique' })
    expectFailure(await create({ customSlug: 'unique' }), 'SLUG_TAKEN')
    expectFailure(await other.post('/links', { destinationUrl: DESTINATION, customSlug: 'unique' }), 'SLUG_TAKEN')
  })

  test('is case-sensitive', async () => {
    const [upper, lower] = await Promise.all([
      api.link({ customSlug: 'CaSe', destinationUrl: 'https://example.com/upper' }),
      api.link({ customSlug: 'case', destinationUrl: 'https://example.com/lower' }),
    ])
    expectRedirect(await visit(server, upper.shortUrl), 'https://example.com/upper')
    expectRedirect(await visit(server, lower.shortUrl), 'https://example.com/lower')
  })

  test('can be used again by its owner, and not yet by others', async () => {
    const link = await api.link({ customSlug: 'used' })
    await api.delete(`/links/${link.id}`)
    expectFailure(await other.post('/links', { destinationUrl: DESTINATION, customSlug: 'used' }), 'SLUG_TAKEN')
    expect((await api.link({ customSlug: 'used' })).id).not.toBe(link.id)
  })

  test('is drawn where none is given: 7 characters without look-alikes', async () => {
    const links = await Promise.all(Array.from({ length: 20 }, () => api.link()))
    expect(new Set(links.map(({ slug }) => slug)).size).toBe(20)
    for (const { slug } of links) expect(slug).toMatch(/^[2-9A-HJ-NP-Za-hj-km-np-z]{7}$/)
  })
})

describe('iosUrl and androidUrl', () => {
  test.each(['iosUrl', 'androidUrl'])('%s is a destination too', async (field) => {
    expect(await api.link({ [field]: 'https://APPS.example.com' })).toMatchObject({
      [field]: 'https://apps.example.com/',
    })
    expectFailure(await create({ [field]: 'http://10.0.0.1/' }), 'VALIDATION_ERROR', field)
    expectFailure(await create({ [field]: 'app://open' }), 'VALIDATION_ERROR', field)
  })
})

describe('beyond the first documentation', () => {
  test.each([
    ['requireSignature', true, ['true', 1, null]],
    ['disabled', true, ['true', 1, null]],
    ['maxClicks', 1, [0, -1, 1.5, '1', 1e20]],
    ['startsAt', '2030-01-01T00:00:00.000Z', ['2030-01-01', 'soon', 1893456000000, '']],
    ['expiresAt', '2030-01-01T00:00:00.000Z', ['2030-01-01', 'never', 1893456000000, '2030-13-01T00:00:00Z']],
  ])('%s', async (field, good, bad) => {
    expect(await api.link({ [field]: good })).toMatchObject({ [field]: good })
    for (const value of bad) expectFailure(await create({ [field]: value }), 'VALIDATION_ERROR', field)
  })

  test('times come back in UTC with milliseconds', async () => {
    const link = await api.link({ startsAt: '2030-01-01T02:00:00+02:00', expiresAt: '2030-01-01T00:00:00.5Z' })
    expect(link).toMatchObject({ startsAt: '2030-01-01T00:00:00.000Z', expiresAt: '2030-01-01T00:00:00.500Z' })
  })

  test('an end that is no later than the start is refused', async () => {
    const at = '2030-01-01T00:00:00Z'
    expectFailure(await create({ startsAt: at, expiresAt: at }), 'VALIDATION_ERROR', 'expiresAt')
  })
})

test('everything that is wrong is listed at once', async () => {
  const body = { destinationUrl: 'x', title: 'x'.repeat(121), maxClicks: 0, iosUrl: 7 }
  expectFailure(await api.post('/links', body), 'VALIDATION_ERROR', 'destinationUrl', 'title', 'maxClicks', 'iosUrl')
})

test.each(['userId', 'ownerId', 'id', 'clicks', 'archived', 'trustScore', 'slug', 'nonsense'])(
  'the unknown field %s is refused',
  async (field) => expectFailure(await create({ [field]: 'x' }), 'VALIDATION_ERROR'),
)
