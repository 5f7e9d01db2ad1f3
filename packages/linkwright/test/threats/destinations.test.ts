// Where a link leads is decided by what is stored, and what is stored is a public http or https URL.
//
// | threat | test |
// |---|---|
// | javascript:, data:, credentials, control characters, private hosts as a target | refused, in every field that takes a target |
// | one field, or PATCH, that is less strict than another | the same rows through all of them |
// | stored otherwise than checked, sent otherwise than stored | accepted |
// | two targets of the same name in one body | twice the same name |
// | a query or header of the visit that changes the target | the visitor has no say |
// | a link to ourselves, now or once a domain becomes ours | loops |
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Link, Rule } from '../fixture/api.ts'
import { expectFailure } from '../fixture/errors.ts'
import { type Server, startServer } from '../fixture/server.ts'
import { AGENTS, expectRedirect, visit } from '../fixture/visit.ts'
import { type Crowd, type Member, openCrowd } from './crowd.ts'

let server: Server
let crowd: Crowd
let member: Member
let link: Link
let rule: Rule
const GOOD = 'https://example.com/good'
const HERE = { Host: 'go.example.com' }

beforeAll(async () => {
  server = await startServer({ LINKWRIGHT_ORIGIN: 'https://go.example.com' })
  crowd = await openCrowd(server)
  member = await crowd.member({ tokens: 4 })
  await member.domain('links.example.org')
  link = await member.api.link({ destinationUrl: GOOD })
  rule = await member.api.rule(link, { field: 'device', operator: 'equals', value: 'tv', redirectUrl: GOOD })
})
afterAll(async () => {
  await crowd.close()
  await server.stop()
})

const OTHER_SCHEMES = [
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  'javascript://example.com/%0aalert(1)',
  'java\tscript:alert(1)',
].concat([
  'data:text/html,<script>',
  'vbscript:x',
  'file:///etc/passwd',
  'ftp://example.com/',
  'mailto:a@example.com',
  'ws://example.com/',
  'blob:https://example.com/x',
  'view-source:https://example.com',
  'intent://x#Intent;end',
])
const NO_HOST = [
  '',
  ' ',
  'example.com',
  '//example.com',
  '/path',
  'https:example.com',
  'https:/example.com',
  'https:///example.com',
]
  .concat([
    'https://',
    'https://?x',
    'https://#x',
    '?x',
    '#x',
    'null',
    'https://exa mple.com/',
    'https://example..com/',
  ])
  .concat([
    'https://-example.com/',
    'https://exam_ple-.com',
    `https://${'a'.repeat(64)}.com/`,
    'https://example.com:99999/',
  ])
  .concat([
    'https://[::1',
    'https://256.256.256.256/',
    'https://%00.com/',
    'https://exa%mple.com/',
    'https://*.example.com/',
  ])
const CREDENTIALS = [
  'https://user@example.com/',
  'https://user:pw@example.com/',
  'https://:pw@example.com/',
  'https://@example.com/',
].concat([
  'https://example.com@evil.test/',
  'https://example.com\\@evil.test/',
  'https:\\\\example.com',
  'https://example.com/a\\b',
])
const INVISIBLE = [
  'https://example.com/\r\nSet-Cookie: a=b',
  'https://example.com/\n',
  '\thttps://example.com/',
  ' https://example.com/',
]
  .concat([
    'https://example.com/\u0007',
    'https://example.com/\u007f',
    'https://example.com/\u0085',
    'https://example.com/\u2028',
  ])
  .concat(['https://example.com/\u202egpj.exe', 'https://example.com/\u200f', '\ufeffhttps://example.com/'])
const PRIVATE = [
  'http://localhost/',
  'http://localhost:3000/',
  'http://a.localhost/',
  'http://printer.local/',
  'http://db.internal/',
]
  .concat([
    'http://intranet/',
    'http://127.0.0.1/',
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://0177.0.0.1/',
  ])
  .concat([
    'http://0.0.0.0/',
    'http://10.0.0.1/',
    'http://172.16.0.1/',
    'http://192.168.1.1/',
    'http://169.254.169.254/latest',
  ])
  .concat([
    'http://100.64.0.1/',
    'http://198.18.0.1/',
    'http://224.0.0.1/',
    'http://[::1]/',
    'http://[::]/',
    'http://[fe80::1]/',
  ])
  .concat([
    'http://[fd00::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:169.254.169.254]/',
    'http://[64:ff9b::7f00:1]/',
  ])
  .concat([
    'http://１２７.0.0.1/',
    'http://localhost./',
    'http://LOCALHOST/',
    'http://metadata.google.internal/',
    'http://127。0。0。1/',
  ])
const OUR_OWN = [
  'https://go.example.com/abc',
  'http://go.example.com/abc',
  'https://GO.example.com./abc',
  'https://go.example.com:443/abc',
].concat([
  'https://go.example.com/abc?x#y',
  'https://go.example.com/x/../abc',
  'https://links.example.org/abc',
  'https://LINKS.example.org/abc#x',
])
const TOO_LONG = [`https://example.com/${'a'.repeat(2048)}`, `https://example.com/${'ä'.repeat(700)}`]
const NO_TEXT = [1, true, {}, [], [GOOD], { href: GOOD }]

const ROWS: readonly unknown[] = [
  OTHER_SCHEMES,
  NO_HOST,
  CREDENTIALS,
  INVISIBLE,
  PRIVATE,
  OUR_OWN,
  TOO_LONG,
  NO_TEXT,
].flat()
const FIELDS = ['destinationUrl', 'iosUrl', 'androidUrl'] as const

test.each(ROWS.map((row) => [JSON.stringify(row).slice(0, 80), row]))(
  '%s is refused in every field',
  async (_, url) => {
    const targets = Object.fromEntries(FIELDS.map((name) => [name, url]))
    expectFailure(await member.api.post('/links', targets), 'VALIDATION_ERROR', ...FIELDS)
    expectFailure(await member.api.patch(`/links/${link.id}`, targets), 'VALIDATION_ERROR', ...FIELDS)
    const condition = { field: 'device', operator: 'equals', value: 'tv' }
    expectFailure(
      await member.api.post(`/links/${link.id}/rules`, { ...condition, redirectUrl: url }),
      'INVALID_RULE',
      'redirectUrl',
    )
    expectFailure(await member.api.patch(`/rules/${rule.id}`, { redirectUrl: url }), 'INVALID_RULE', 'redirectUrl')
  },
)

test('after all of this the link is as it was', async () => {
  expect((await member.api.get(`/links/${link.id}`)).body).toEqual(link)
})

const ACCEPTED: readonly (readonly [string, string])[] = [
  ['https://example.com', 'https://example.com/'],
  ['HTTPS://EXAMPLE.com/A?b=c#d', 'https://example.com/A?b=c#d'],
  ['https://example.com/%0d%0aSet-Cookie:%20a=b', 'https://example.com/%0d%0aSet-Cookie:%20a=b'],
  ['https://example.com/a b"<>`', 'https://example.com/a%20b%22%3C%3E%60'],
  ['https://example.com/?to=https://u:p@evil.test/&to=2', 'https://example.com/?to=https://u:p@evil.test/&to=2'],
  ['https://bücher.example/ü?ü#ü', 'https://xn--bcher-kva.example/%C3%BC?%C3%BC#%C3%BC'],
  ['https://example.com:8443/../x', 'https://example.com:8443/x'],
  ['http://9.9.9.9/', 'http://9.9.9.9/'],
  ["https://example.com/?q='%20OR%201=1", 'https://example.com/?q=%27%20OR%201=1'],
  ['https://go.example.com/', 'https://go.example.com/'],
]

test.each(ACCEPTED)('%j is stored and sent as %j, from every field', async (url, href) => {
  const made = await member.api.link(Object.fromEntries(FIELDS.map((name) => [name, url])))
  expect(made).toMatchObject(Object.fromEntries(FIELDS.map((name) => [name, href])))
  for (const agent of [AGENTS.chrome, AGENTS.iphone, AGENTS.android]) {
    expectRedirect(await visit(server, `/${made.slug}`, { ...HERE, 'User-Agent': agent }), href)
  }
  await member.api.patch(`/links/${made.id}`, { destinationUrl: GOOD })
  expectRedirect(await visit(server, `/${made.slug}`, HERE), GOOD)
  expect(
    (await member.api.rule(made, { field: 'device', operator: 'equals', value: 'desktop', redirectUrl: url }))
      .redirectUrl,
  ).toBe(href)
  expectRedirect(await visit(server, `/${made.slug}`, HERE), href)
})

test('of two targets of the same name the one that is judged is the one that is stored and sent', async () => {
  for (const [first, second] of [
    [GOOD, 'javascript:alert(1)'],
    ['javascript:alert(1)', GOOD],
  ]) {
    const reply = await member.api.post<Link>('/links', `{"destinationUrl":"${first}","destinationUrl":"${second}"}`)
    if (reply.status === 400) continue
    expect(reply.body.destinationUrl).toBe(GOOD)
    expectRedirect(await visit(server, `/${reply.body.slug}`, HERE), GOOD)
  }
})

test('nothing that a visitor sends changes where they are sent', async () => {
  const { slug } = await member.api.link({ destinationUrl: `${GOOD}?a=1#part` })
  const query = [
    'redir_url',
    'url',
    'next',
    'to',
    'destination',
    'destinationUrl',
    'redirect',
    'redirect_uri',
    'callbackURL',
  ]
    .map((name) => `${name}=https://evil.test/`)
    .join('&')
  const headers = {
    ...HERE,
    'X-Forwarded-Host': 'evil.test',
    'X-Original-URL': '/evil',
    'X-Rewrite-URL': '/evil',
    'X-Forwarded-Proto': 'javascript',
    Forwarded: 'host=evil.test',
    Origin: 'https://evil.test',
    Referer: 'https://evil.test/',
  }
  for (const path of [
    `/${slug}?${query}`,
    `/${slug}?https://evil.test/`,
    `/${slug}?%0d%0aLocation:%20https://evil.test`,
  ]) {
    expectRedirect(await visit(server, path, headers), `${GOOD}?a=1#part`)
  }
})

test('links that are there when a host becomes ours stop leading to it: no chain ever goes round', async () => {
  const first = await member.api.link({ customSlug: 'ring-one', destinationUrl: 'https://late.example.net/ring-two' })
  const ruled = await member.api.link({ customSlug: 'ring-rule', destinationUrl: GOOD })
  const target = 'https://late.example.net/ring-rule'
  await member.api.rule(ruled, { field: 'device', operator: 'equals', value: 'desktop', redirectUrl: target })
  const domainId = await member.domain('late.example.net', { verified: false })
  expectRedirect(await visit(server, '/ring-one', HERE), first.destinationUrl)
  expectRedirect(await visit(server, '/ring-rule', HERE), target)

  await crowd.core.domains.verify(member.owner, domainId.slice(4))
  for (const path of ['/ring-one', '/ring-rule']) {
    await expect.poll(async () => (await visit(server, path, HERE)).status).toBe(404)
    expect((await visit(server, path, HERE)).headers.location).toBeUndefined()
  }
  expectRedirect(await visit(server, '/ring-rule', { ...HERE, 'User-Agent': AGENTS.iphone }), GOOD)
  expectFailure(
    await member.api.post('/links', { destinationUrl: 'https://go.example.com/ring-one', domainId }),
    'VALIDATION_ERROR',
  )
  expectFailure(
    await member.api.patch(`/links/${first.id}`, { destinationUrl: target }),
    'VALIDATION_ERROR',
    'destinationUrl',
  )
})
