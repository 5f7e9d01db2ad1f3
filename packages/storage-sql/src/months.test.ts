// Months of raw clicks on Postgres: made ahead of time, past rows that are there already, and dropped whole.
import { linkRow, OWNER } from '@linkwright/conformance/sample'
import { type Click, firstIdAt, type Storage } from '@linkwright/core'
import { type Kysely, sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Schema } from './schema.ts'
import { createPlaces, type Place } from './test-places.ts'

const NOW = Date.UTC(2031, 10, 22, 10)
const DAY = 86_400_000

const places = createPlaces('postgres')
let place: Place
let storage: Storage
let db: Kysely<Schema>
let count = 0

beforeAll(async () => {
  place = await places.add()
  storage = place.open()
  await storage.migrate()
  const link = linkRow({ id: 'link', slug: 'slug' })
  await storage.of(OWNER).links.insert({ link, slugKey: 'slug', tombstonesSince: 0 })
  db = place.connect().db
})
afterAll(async () => {
  await db.destroy()
  await storage.close()
  await places.end()
})

function clickAt(at: number): Click {
  const flags = { counted: true, bot: false, prefetch: false, head: false, outcome: 'redirect' } as const
  const facts = { country: null, device: null, browser: null, referrer: null, language: null, ruleId: null }
  const id = `${firstIdAt(at)}${String(++count).padStart(16, '0')}`
  return { id, at, linkId: 'link', ...flags, ...facts, visitor: id }
}

async function partitions(): Promise<Record<string, number>> {
  const { rows } = await sql<{ name: string; rows: number }>`
    select relname as name, (select count(*) from linkwright_click where tableoid = pg_class.oid) as rows
    from pg_class join pg_inherits on inhrelid = pg_class.oid
    where inhparent = to_regclass('linkwright_click') order by relname`.execute(db)
  return Object.fromEntries(rows.map(({ name, rows }) => [name, rows]))
}

function nameOf(at: number): string {
  return `linkwright_click_${new Date(at).toISOString().slice(0, 7).replace('-', '_')}`
}

test('a migration makes this month and the next', async () => {
  const now = new Date()
  const next = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1)
  expect(Object.keys(await partitions())).toEqual([nameOf(now.getTime()), nameOf(next), 'linkwright_click_rest'])
  const click = clickAt(now.getTime())
  await storage.open.clicks.append([click, { ...click, id: 'of no month' }], [])
  expect(await partitions()).toMatchObject({ [nameOf(now.getTime())]: 1, linkwright_click_rest: 1 })
})

test('a month that comes late takes over what the rest holds of it, while others fold and sweep', async () => {
  const month = Date.UTC(2031, 10)
  const ends = [month - 1, month, NOW, Date.UTC(2031, 11) - 1, Date.UTC(2031, 11), Date.UTC(2032, 0) - 1]
  await storage.open.clicks.append([...ends, Date.UTC(2032, 0)].map(clickAt), [])
  const rest = (await partitions()).linkwright_click_rest!
  const others = [place.open(), place.open(), place.open()]
  await Promise.all([
    ...others.map(({ open }) => open.sweep(NOW)),
    ...Array.from({ length: 20 }, () => storage.open.clicks.append([clickAt(Date.now())], [])),
  ])
  expect(await partitions()).toMatchObject({
    linkwright_click_2031_11: 3,
    linkwright_click_2031_12: 2,
    linkwright_click_rest: rest - 5,
  })
  await storage.open.clicks.append([clickAt(NOW)], [])
  expect((await partitions()).linkwright_click_2031_11).toBe(4)
  for (const other of others) await other.close()
})

test('months that are wholly too old are dropped, and of the rest only what is too old', async () => {
  await storage.open.clicks.append([clickAt(Date.UTC(2031, 11, 10)), clickAt(Date.UTC(2031, 11, 20))], [])
  const before = await storage.of(OWNER).stats.read('link', 0, Date.UTC(2033, 0))
  const now = Date.UTC(2032, 0, 5)
  const second = place.open()
  const [one, other] = await Promise.all([
    storage.open.sweep(now, now - Date.UTC(2031, 11, 15)),
    second.open.sweep(now, now - Date.UTC(2031, 11, 15)),
  ])
  await second.close()
  expect(one + other).toBeGreaterThan(0)
  const left = await partitions()
  // The month of the test's own day is long gone in 2031.
  expect(Object.keys(left)).toEqual([
    'linkwright_click_2031_12',
    'linkwright_click_2032_01',
    'linkwright_click_2032_02',
    'linkwright_click_rest',
  ])
  expect(left.linkwright_click_2031_12).toBe(2)
  expect(await storage.of(OWNER).stats.read('link', 0, Date.UTC(2033, 0))).toEqual(before)
  for (let turn = 0; turn < 5; turn++) await storage.open.sweep(now, 40 * DAY)
  expect(await storage.open.sweep(now, 40 * DAY)).toBe(0)
})
