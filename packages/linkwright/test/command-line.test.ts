// The command line beside a running server: every command with --json, in the contract's own shapes.
import { restContracts } from '@linkwright/http/rest'
import { afterAll, describe, expect, test } from 'vitest'
import { api, DESTINATION, type Link, type Preview, type Stats } from './fixture/api.ts'
import { cli, cliFails, cliJson } from './fixture/command.ts'
import { createPerson, SCOPES } from './fixture/people.ts'
import { startServer } from './fixture/server.ts'
import { expectRedirect, visit } from './fixture/visit.ts'

const server = await startServer()
afterAll(() => server.stop())
const { env } = server
const person = await createPerson(server, 'premium')
const run = <T = Record<string, unknown>>(...args: string[]) => cliJson<T>(args, env)
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
const ID = (prefix: string) => expect.stringMatching(new RegExp(`^${prefix}_[0-9A-HJKMNP-TV-Z]{26}$`))

test('user: create, list, update', async () => {
  const user = await run('user', 'create', '--email', ' Someone@Example.com ', '--plan', 'growth')
  expect(user).toEqual({ id: ID('usr'), email: 'someone@example.com', plan: 'growth', createdAt: TIME })
  const { data } = await run<{ data: object[] }>('user', 'list')
  expect(data[0]).toEqual(user)
  expect(data).toHaveLength(2)
  expect(await run('user', 'update', String(user.id), '--plan', 'core')).toEqual({ ...user, plan: 'core' })
})

test('token: create, list, revoke', async () => {
  const token = await run(
    ...['token', 'create', '--user', person.id, '--scopes', 'links:write, links:read'],
    ...['--name', 'deploys', '--expires-in', '3600'],
  )
  expect(token).toEqual({
    id: ID('tok'),
    token: expect.stringMatching(/^lw_pk_[0-9A-Za-z]{49}$/),
    userId: person.id,
    name: 'deploys',
    prefix: String(token.token).slice(0, 12),
    scopes: ['links:read', 'links:write'],
    createdAt: TIME,
    expiresAt: TIME,
    revokedAt: null,
    lastUsedAt: null,
  })
  expect(Object.keys(token).slice(0, 2)).toEqual(['id', 'token'])
  expect(Date.parse(String(token.expiresAt)) - Date.parse(String(token.createdAt))).toBe(3_600_000)
  const { token: _, ...kept } = token
  const { data } = await run<{ data: object[] }>('token', 'list', '--user', person.id)
  expect(data).toEqual([kept, expect.objectContaining({ id: person.tokenId, scopes: [...SCOPES], expiresAt: null })])
  expect(await run('token', 'revoke', String(token.id))).toEqual({ ...kept, revokedAt: TIME })
})

test('domain: add, verify, list', async () => {
  const domain = await run('domain', 'add', '--user', person.id, '--host', 'GO.example.net')
  expect(domain).toEqual({ id: ID('dom'), host: 'go.example.net', verified: false, createdAt: TIME })
  const verified = await run('domain', 'verify', String(domain.id))
  expect(verified).toEqual({ ...domain, verified: true })
  const pagination = { limit: 1, count: 1, nextCursor: null }
  expect(await run('domain', 'list', '--user', person.id)).toEqual({ data: [verified], pagination })
  expect((await person.api.get('/domains')).body.data).toEqual([verified])
})

test('key: rotate, list, retire', async () => {
  const key = await run('key', 'rotate', '--user', person.id)
  expect(key).toEqual({ id: expect.stringMatching(/^[A-Za-z0-9_-]+$/), active: true, createdAt: TIME, retiredAt: null })
  expect(await run('key', 'list', '--user', person.id)).toMatchObject({ data: [key], pagination: { count: 1 } })
  const retired = { ...key, active: false, retiredAt: TIME }
  expect(await run('key', 'retire', String(key.id), '--user', person.id)).toEqual(retired)
})

test('usage: set, show', async () => {
  const period = new Date().toISOString().slice(0, 7)
  const args = ['--user', person.id, '--meter', 'links', '--value', '7']
  expect(await run('usage', 'set', ...args)).toEqual({ userId: person.id, meter: 'links', period, value: 7 })
  await person.api.link()
  expect(await run('usage', 'show', '--user', person.id)).toEqual({
    userId: person.id,
    plan: 'premium',
    meters: { links: { period, value: 8, limit: 10_000 } },
  })
})

describe('link and rules', async () => {
  const create = ['link', 'create', DESTINATION, '--user', person.id, '--slug', 'from-cli', '--title', 'From here']
  const link = await run<Link>(...create)

  test('link create gives the contract’s link, and the server serves it', async () => {
    expect(restContracts.createLink.output.parse(link)).toEqual(link)
    expect(link).toMatchObject({ slug: 'from-cli', title: 'From here', destinationUrl: DESTINATION })
    expect((await person.api.get<Link>(`/links/${link.id}`)).body).toEqual({
      ...link,
      shortUrl: `${server.origin}/from-cli`,
    })
    expectRedirect(await visit(server, '/from-cli'), DESTINATION)
  })

  test('link show and list', async () => {
    const args = { ...env, LINKWRIGHT_ORIGIN: server.origin }
    const [byId, bySlug, byAddress] = await Promise.all(
      [link.id, 'from-cli', `${server.origin}/from-cli`].map((name) => cliJson<Link>(['link', 'show', name], args)),
    )
    expect(byId).toMatchObject({ id: link.id, shortUrl: `${server.origin}/from-cli` })
    expect([bySlug, byAddress]).toEqual([byId, byId])
    const { data } = await run<{ data: Link[] }>('link', 'list', '--user', person.id)
    expect(data.map(({ id }) => id)).toContain(link.id)
    await person.api.patch(`/links/${link.id}`, { archived: true })
    const listed = async (...more: string[]) =>
      (await run<{ data: Link[] }>('link', 'list', '--user', person.id, ...more)).data.some(({ id }) => id === link.id)
    expect([await listed(), await listed('--archived')]).toEqual([false, true])
    await person.api.patch(`/links/${link.id}`, { archived: false })
  })

  test('link stats gives the contract’s statistics', async () => {
    const stats = await run<Stats>('link', 'stats', link.id)
    expect(restContracts.getStats.output.parse(stats)).toEqual(stats)
    expect(
      await run('link', 'stats', link.id, '--to', '2000-01-02T00:00:00Z', '--from', '2000-01-01T00:00:00Z'),
    ).toMatchObject({
      clicks: 0,
    })
  })

  test('rules explain gives the contract’s preview', async () => {
    const rule = await person.api.rule(link, {
      field: 'country',
      operator: 'equals',
      value: 'CH',
      redirectUrl: 'https://example.com/ch',
    })
    const given = ['--country', 'CH', '--device', 'mobile', '--hour', '7', '--language', 'de-CH', '--returning']
    const shown = await run<Preview>('rules', 'explain', link.id, ...given, '--referer', 'https://example.org/')
    expect(restContracts.previewLink.output.parse(shown)).toEqual(shown)
    expect(shown).toMatchObject({
      outcome: 'redirect',
      url: 'https://example.com/ch',
      ruleId: rule.id,
      facts: {
        country: 'CH',
        device: 'mobile',
        hour_utc: 7,
        language: 'de-ch',
        returning: true,
        referer_host: 'example.org',
      },
    })
  })

  test.each([
    ['--hour', '24'],
    ['--at', 'noon'],
    ['--country', 'CHE'],
    ['--device', 'phone'],
  ])('rules explain takes no %s %s', async (option, value) => {
    await cliFails(2, ['rules', 'explain', link.id, option, value], env)
  })

  test('rules lint names rules that can never decide', async () => {
    expect(await run('rules', 'lint', link.id)).toEqual({ findings: [] })
    const again = { field: 'country', operator: 'equals', value: 'CH', redirectUrl: 'https://example.com/again' }
    const rule = await person.api.rule(link, again)
    expect(await run('rules', 'lint', link.id)).toMatchObject({ findings: [{ ruleId: rule.id }] })
  })
})

test('a table for people without --json', async () => {
  const shown = await cli(['user', 'list'], env)
  expect(shown).toMatchObject({ code: 0, stderr: '' })
  expect(shown.stdout).toMatch(/^id\s+email\s+plan\s+created\n/)
  expect(shown.stdout).toContain(person.id)
  expect(shown.stdout).not.toContain('{')
})

test('stored control characters never reach a terminal', async () => {
  const link = await person.api.link({ title: 'a\u001b[31mred\u0007', customSlug: 'control' })
  const { stdout } = await cli(['link', 'show', link.id], env)
  expect(stdout).toContain('red')
  expect([...stdout].filter((char) => char < ' ' && char !== '\n')).toEqual([])
})

test('--help and --version', async () => {
  const help = await cli(['--help'], {})
  expect(help).toMatchObject({ code: 0, stderr: '' })
  for (const name of ['serve', 'migrate', 'openapi', 'user', 'token', 'domain', 'key', 'usage', 'link', 'rules']) {
    expect(help.stdout).toMatch(new RegExp(`^  ${name}\\b`, 'm'))
  }
  for (const name of ['DATABASE_URL', 'LINKWRIGHT_SECRET', 'TRUST_PROXY']) expect(help.stdout).toContain(name)
  const [token, create, version] = await Promise.all(
    [['token', '--help'], ['token', 'create', '--help'], ['--version']].map((args) => cli(args, {})),
  )
  expect(token).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('revoke') })
  expect(create).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('--scopes') })
  expect(version).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
})

test('migrate finds nothing to do on the database of a running server', async () => {
  expect(await run('migrate')).toEqual({ applied: [] })
  expect((await api(server, person.api.token).get('/me')).status).toBe(200)
})
