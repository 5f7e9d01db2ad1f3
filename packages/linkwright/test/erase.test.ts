// Erasing people on the command line, beside a server that goes on: what goes, what stays, and what is said about it.
import { afterAll, describe, expect, test } from 'vitest'
import { DESTINATION, type Link, type Stats } from './fixture/api.ts'
import { expectWithin } from './fixture/clock.ts'
import { cli, cliFails, cliJson } from './fixture/command.ts'
import { runSql } from './fixture/database.ts'
import { createPerson, createToken, type Person } from './fixture/people.ts'
import { startServer } from './fixture/server.ts'
import { AGENTS, expectRedirect, JSON_ONLY, visit } from './fixture/visit.ts'

/** Visitors come through a proxy, so that they have addresses of their own. */
const server = await startServer({ TRUST_PROXY: '127.0.0.1' })
afterAll(() => server.stop())
const { env } = server
const run = <T = Record<string, unknown>>(...args: string[]) => cliJson<T>(['erase', ...args], env)
const verify = () => cliJson<{ found: number }>(['clicks', 'verify'], env)

interface Visitor {
  readonly days: readonly { day: string | null; clicks: number; visitors: number }[]
  readonly notes: readonly string[]
}
interface Owner {
  readonly owner: string
  readonly erased: boolean
  readonly counts: Readonly<Record<string, number>>
  readonly notes: readonly string[]
}

describe('a visitor', async () => {
  const { api } = await createPerson(server, 'premium')
  const statsOf = async (link: Link) => (await api.get<Stats>(`/links/${link.id}/stats`)).body
  const come = (link: Link, ip: string, agent: string = AGENTS.firefox) =>
    visit(server, link.shortUrl, { 'X-Forwarded-For': ip, 'User-Agent': agent })

  test('is told by address and user agent, and is nobody afterwards', async () => {
    const link = await api.link()
    for (const ip of ['192.0.2.7', '192.0.2.7', '192.0.2.8']) await come(link, ip)
    await come(link, '192.0.2.7', AGENTS.iphone)
    await expectWithin(10_000, async () => (await statsOf(link)).clicks).toBe(4)
    const before = await statsOf(link)
    expect(before.uniques).toBe(3)
    const erased = await run<Visitor>('--visitor', '192.0.2.7', '--user-agent', AGENTS.firefox)
    const today = erased.days.find(({ clicks }) => clicks > 0)
    expect(today).toEqual({ day: expect.stringMatching(/^\d{4}-\d\d-\d\d$/), clicks: 2, visitors: 1 })
    expect(erased.notes.join('\n')).toMatch(
      new RegExp(`could be looked at: .*${today?.day}.* Of older days nobody can`),
    )
    expect(await statsOf(link)).toEqual({ ...before, uniques: 2 })
    expect((await verify()).found).toBe(0)
    expect(await cliJson(['clicks', 'rebuild'], env)).toMatchObject({ found: 0 })
    expect(await statsOf(link)).toEqual({ ...before, uniques: 2 })
    expect((await run<Visitor>('--visitor', '192.0.2.7', '--user-agent', AGENTS.firefox)).days).toContainEqual({
      day: today?.day,
      clicks: 0,
      visitors: 0,
    })
  })

  test('may be named by any address of an IPv6 network, and by the pseudonym that is stored', async () => {
    const link = await api.link()
    const long = `${AGENTS.firefox} (${'and more '.repeat(150)})`
    await come(link, '2001:db8:1:2::3')
    await come(link, '2001:db8:1:3::3', long)
    await expectWithin(10_000, async () => (await statsOf(link)).clicks).toBe(2)
    const network = await run<Visitor>('--visitor', '2001:0DB8:1:2:ffff::9', '--user-agent', AGENTS.firefox)
    expect(network.days.reduce((sum, { clicks }) => sum + clicks, 0)).toBe(1)
    const rows = await runSql(
      env,
      `select visitor from linkwright_click where link_id = '${link.id.slice(4)}' and visitor <> ''`,
    )
    expect(rows).toHaveLength(1)
    const byPseudonym = await run<Visitor>('--visitor', `${rows[0]!.visitor}`)
    expect(byPseudonym.days).toEqual([{ day: null, clicks: 1, visitors: 1 }])
    await come(link, '2001:db8:1:3::3', long)
    await expectWithin(10_000, async () => (await statsOf(link)).clicks).toBe(3)
    const again = await run<Visitor>('--visitor', '2001:db8:1:3::4', '--user-agent', long)
    expect(again.days.reduce((sum, { clicks }) => sum + clicks, 0)).toBe(1)
  })

  test('people get a table', async () => {
    const shown = await cli(['erase', '--visitor', '0123456789abcdef01234567'], env)
    expect(shown).toMatchObject({ code: 0, stderr: '' })
    expect(shown.stdout).toMatch(/^day +raw clicks +unique visits\nall +0 +0\nThe clicks stay counted/)
  })
})

describe('an owner', () => {
  async function furnished(): Promise<{ person: Person; links: readonly Link[]; host: string }> {
    const person = await createPerson(server, 'premium')
    const host = `${person.id.slice(-8).toLowerCase()}.example.com`
    const domain = await cliJson<{ id: string }>(
      ['domain', 'add', '--user', person.id, '--host', host, '--verified', '--case-insensitive'],
      env,
    )
    const links = [await person.api.link({ domainId: domain.id, customSlug: 'Own-Domain' }), await person.api.link()]
    await person.api.rule(links[0]!, { field: 'country', operator: 'equals', value: 'CH', redirectUrl: DESTINATION })
    const keyed = await person.api.call<Link>(
      'POST',
      '/links',
      { destinationUrl: DESTINATION },
      { 'Idempotency-Key': 'x' },
    )
    links.push(keyed.body)
    await person.api.patch(`/links/${links[1]!.id}`, { archived: true })
    await createToken(env, person.id)
    await cliJson(['key', 'rotate', '--user', person.id], env)
    for (let n = 0; n < 3; n++) await visit(server, links[2]!.shortUrl)
    await expectWithin(10_000, async () => {
      return (await person.api.get<Stats>(`/links/${links[2]!.id}/stats`)).body.clicks
    }).toBe(3)
    return { person, links, host }
  }

  const COUNTS = {
    users: 1,
    projects: 1,
    domains: 1,
    links: 3,
    rules: 1,
    clicks: 3,
    tokens: 2,
    keys: 1,
    usage: 1,
    replies: 1,
  }

  test('without --yes only what would go is told', async () => {
    const { person, links } = await furnished()
    const ended = await cli(['erase', '--owner', person.id, '--json'], env)
    expect(ended).toMatchObject({
      code: 1,
      stderr: 'linkwright: nothing was erased: add --yes to erase this for good\n',
    })
    const shown = JSON.parse(ended.stdout) as Owner
    expect(shown).toMatchObject({ owner: person.id, erased: false, counts: COUNTS })
    expectRedirect(await visit(server, links[2]!.shortUrl), DESTINATION)
    expect((await person.api.get('/me')).status).toBe(200)
  })

  test('goes with everything, and a running server forgets it at once', async () => {
    const [{ person, links, host }, other] = [await furnished(), await furnished()]
    const onDomain = () => visit(server, '/own-domain', { Host: host, ...JSON_ONLY })
    expectRedirect(await onDomain(), DESTINATION)
    expectRedirect(await visit(server, links[2]!.shortUrl), DESTINATION)
    const shown = await run<Owner>('--owner', person.id, '--yes')
    expect(shown).toMatchObject({ owner: person.id, erased: true, counts: { ...COUNTS, clicks: expect.any(Number) } })
    expect(shown.notes.join()).toContain('Slugs stay held for 30 days')
    // Within 200 ms, says the documentation; a busy machine gets a second.
    await expectWithin(1_000, async () => [
      (await onDomain()).status,
      (await visit(server, links[2]!.shortUrl, JSON_ONLY)).status,
    ]).toEqual([404, 404])
    expect((await person.api.get('/me')).status).toBe(401)
    expect(await cliFails(1, ['erase', '--owner', person.id, '--yes'], env)).toContain(
      `there is no user or project ${person.id}`,
    )

    const ids = links.map(({ id }) => `'${id.slice(4)}'`).join(', ')
    for (const table of ['click', 'click_hour', 'click_visitor', 'rule']) {
      expect(await runSql(env, `select * from linkwright_${table} where link_id in (${ids})`)).toEqual([])
    }
    expect((await verify()).found).toBe(0)
    expectRedirect(await visit(server, other.links[2]!.shortUrl), DESTINATION)
    expect((await other.person.api.get('/me')).status).toBe(200)
    const held = await other.person.api.post('/links', { destinationUrl: DESTINATION, customSlug: links[2]!.slug })
    expect(held.body).toMatchObject({ code: 'SLUG_TAKEN' })
  })

  test('one project leaves the user', async () => {
    const { person } = await furnished()
    const [row] = await runSql(env, `select id from linkwright_project where subject = '${person.id.slice(4)}'`)
    const shown = await run<Owner>('--owner', `${row!.id}`, '--yes')
    expect(shown.counts).toMatchObject({ ...COUNTS, users: 0, usage: 0 })
    expect(shown.notes[0]).toContain('The user stays')
    const { data } = await cliJson<{ data: { id: string }[] }>(['user', 'list'], env)
    expect(data.map(({ id }) => id)).toContain(person.id)
  })

  test('people get a table', async () => {
    const { person } = await furnished()
    const shown = await cli(['erase', '--owner', person.id], env)
    expect(shown.code).toBe(1)
    expect(shown.stdout).toMatch(/^ +would be erased\nusers +1\nprojects +1\n/)
  })
})

test.each<[string, string[], 1 | 2, string]>([
  ['nothing', [], 2, 'give either --visitor or --owner'],
  ['both', ['--visitor', '192.0.2.1', '--owner', 'x'], 2, 'give either --visitor or --owner'],
  ['an address alone', ['--visitor', '192.0.2.1'], 2, 'an address needs --user-agent'],
  ['no address', ['--visitor', '192.0.2.300', '--user-agent', 'x'], 2, 'must be an IP address or a pseudonym'],
  [
    'an agent for a pseudonym',
    ['--visitor', 'a'.repeat(24), '--user-agent', 'x'],
    2,
    'a pseudonym takes no --user-agent',
  ],
  ['a network', ['--visitor', '192.0.2.0/24', '--user-agent', 'x'], 2, 'must be an IP address or a pseudonym'],
  ['an agent for an owner', ['--owner', 'x', '--user-agent', 'x'], 2, '--user-agent goes with --visitor'],
  ['--yes for a visitor', ['--visitor', 'a'.repeat(24), '--yes'], 2, '--yes goes with --owner'],
  ['no user’s id', ['--owner', 'usr_x'], 2, 'is no usr_… id'],
  ['an owner that is not there', ['--owner', 'nobody'], 1, 'there is no user or project nobody'],
])('a mistake: %s', async (_, args, code, words) => {
  expect(await cliFails(code, ['erase', ...args], env)).toContain(words)
})
