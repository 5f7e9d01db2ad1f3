// Recounting on the command line, beside a server that records: what is wrong is told, mended, and stays right.
import { afterAll, expect, test } from 'vitest'
import type { Link, Stats } from './fixture/api.ts'
import { expectWithin } from './fixture/clock.ts'
import { cli, cliFails, cliJson } from './fixture/command.ts'
import { runSql } from './fixture/database.ts'
import { createPerson } from './fixture/people.ts'
import { startServer } from './fixture/server.ts'
import { visit } from './fixture/visit.ts'

const server = await startServer()
afterAll(() => server.stop())
const { env } = server
const person = await createPerson(server, 'premium')

interface Difference {
  readonly linkId: string
  readonly hour: string | null
  readonly dimension: string
  readonly value: string | null
  readonly stored: Record<string, number> | null
  readonly recounted: Record<string, number> | null
}
interface Shown {
  readonly checked: { from: string | null; to: string | null; hours: number; clicks: number; links: number }
  readonly leftOut: readonly string[]
  readonly found: number
  readonly differences: readonly Difference[]
  readonly changes: readonly Difference[]
  readonly dryRun: boolean
}

const HOUR = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:00:00\.000Z$/)
const rebuild = (...options: string[]) => cliJson<Shown>(['clicks', 'rebuild', ...options], env)
const statsOf = async (link: Link) => (await person.api.get<Stats>(`/links/${link.id}/stats`)).body

async function verify(code: 0 | 1, ...options: string[]): Promise<Shown> {
  const ended = await cli(['clicks', 'verify', '--json', ...options], env)
  expect(ended).toMatchObject({
    code,
    stderr: code === 0 ? '' : expect.stringMatching(/^linkwright: [^\n]+rebuild[^\n]+\n$/),
  })
  expect(ended.stdout).toMatch(/^\{.*\}\n$/)
  return JSON.parse(ended.stdout) as Shown
}

/** A link that so many came to; their clicks are folded. */
async function visited(times: number): Promise<Link> {
  const link = await person.api.link()
  for (let n = 0; n < times; n++) await visit(server, link.shortUrl, { 'Accept-Language': 'fr' })
  await expectWithin(10_000, async () => (await statsOf(link)).clicks).toBe(times)
  return link
}

test('what a server has counted is found equal', async () => {
  await visited(3)
  const shown = await verify(0)
  expect(shown).toEqual({
    checked: { from: HOUR, to: HOUR, hours: expect.any(Number), clicks: expect.any(Number), links: expect.any(Number) },
    leftOut: [],
    found: 0,
    differences: [],
  })
  expect(shown.checked.clicks).toBeGreaterThanOrEqual(3)
  expect(shown.checked.links).toBeGreaterThanOrEqual(1)
})

test('what is wrong is told with both numbers, and mended', async () => {
  const link = await visited(2)
  const before = await statsOf(link)
  const id = link.id.slice(4)
  const where = `link_id = '${id}' and dimension = 'language' and value = 'fr'`
  await runSql(
    env,
    `update linkwright_click_hour set clicks = 9 where ${where}`,
    `delete from linkwright_click_visitor where link_id = '${id}'`,
    `update linkwright_link set clicks = 7 where id = '${id}'`,
  )
  const { differences, found } = await verify(1)
  expect(found).toBe(differences.length)
  expect(differences).toContainEqual({
    linkId: link.id,
    hour: HOUR,
    dimension: 'language',
    value: 'fr',
    stored: expect.objectContaining({ clicks: 9 }),
    recounted: expect.objectContaining({ people: 2, bots: 0 }),
  })
  const [stored, recounted] = [{ clicks: 7 }, { clicks: 2 }]
  expect(differences).toContainEqual({ linkId: link.id, hour: null, dimension: 'link', value: null, stored, recounted })
  expect(differences.map(({ dimension }) => dimension)).toContain('visitor')

  const alone = await verify(1, '--link', link.slug)
  expect(alone.differences).toEqual(differences)
  expect(alone.checked.links).toBe(1)
  expect(await rebuild('--dry-run')).toMatchObject({ dryRun: true, found, changes: differences })
  expect((await verify(1)).found).toBe(found)
  expect(await rebuild()).toMatchObject({ dryRun: false, found })
  expect((await verify(0)).found).toBe(0)
  expect(await statsOf(link)).toEqual(before)
  expect((await person.api.get<Link>(`/links/${link.id}`)).body.clicks).toBe(2)
  expect(await rebuild()).toMatchObject({ found: 0, changes: [] })
})

test('people get a table, with what was checked under it', async () => {
  const link = await visited(1)
  expect((await cli(['clicks', 'verify', '--link', link.id], env)).stdout).toMatch(
    /^none\n0 counts differ\nchecked: \d+ hours from \S+ to \S+, 1 raw clicks; own counts of 1 links\n$/,
  )
  await runSql(
    env,
    `update linkwright_click_hour set bots = 5 where link_id = '${link.id.slice(4)}' and dimension = ''`,
  )
  const shown = await cli(['clicks', 'rebuild'], env)
  expect(shown).toMatchObject({ code: 0, stderr: '' })
  expect(shown.stdout).toMatch(/^link +hour +dimension +value +stored +recounted\n/)
  expect(shown.stdout).toMatch(
    new RegExp(`^${link.id} .* total +- +clicks 1 people 1 bots 5 +clicks 1 people 1 bots 0$`, 'm'),
  )
  expect(shown.stdout).toContain('1 counts were changed\n')
})

test('beside a server that counts nothing seems wrong, and what it counts goes on being right', async () => {
  const link = await person.api.link()
  const visits = Promise.all(
    Array.from({ length: 6 }, async () => {
      for (let n = 0; n < 25; n++) await visit(server, link.shortUrl)
    }),
  )
  for (let turn = 0; turn < 3; turn++) expect((await verify(0)).found).toBe(0)
  await rebuild()
  await visits
  await expectWithin(10_000, async () => (await statsOf(link)).clicks).toBe(150)
  await verify(0)
})

test('a day that is asked for, and days of which nothing is kept', async () => {
  const today = new Date().toISOString().slice(0, 10)
  const { checked } = await verify(0, '--from', today, '--to', today)
  expect(checked.from?.slice(0, 10)).toBe(today)
  expect((await verify(0, '--to', '2020-01-01')).checked).toMatchObject({ from: null, to: null, hours: 0, clicks: 0 })
  const kept = { ...env, CLICK_RETENTION_DAYS: '1' }
  const aDayAgo = Date.now() - 86_400_000
  const shown = await cliJson<Shown>(['clicks', 'verify', '--from', '2020-01-01'], kept)
  expect(Date.parse(shown.checked.from!)).toBeGreaterThan(aDayAgo)
})

test.each([
  ['--from', 'yesterday'],
  ['--to', '2026-13-01'],
  ['--from', '2026-02-30x'],
])('%s %s is no day', async (option, value) => {
  for (const command of ['verify', 'rebuild']) {
    expect(await cliFails(2, ['clicks', command, option, value], env)).toContain(`${option} must be a day`)
  }
})

test('days the wrong way round, and a link that is not there', async () => {
  const range = ['--from', '2026-02-02', '--to', '2026-02-01']
  expect(await cliFails(2, ['clicks', 'verify', ...range], env)).toContain('--from must not be later than --to')
  expect(await cliFails(1, ['clicks', 'rebuild', '--link', 'nowhere'], env)).toContain('there is no link nowhere')
})
