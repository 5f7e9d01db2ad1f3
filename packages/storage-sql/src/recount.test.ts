// Recounting: every count that is wrong is found and mended, and none that is right, whoever folds meanwhile.
import { linkRow, OWNER } from '@linkwright/conformance/sample'
import { type Click, type Discrepancy, firstIdAt, type RecountSpan, type Storage } from '@linkwright/core'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { atomically, type Connection } from './connection.ts'
import { holdLinks } from './holding.ts'
import { dayOf, HOUR_MS, hourOf } from './rollups.ts'
import { createPlaces, ENGINE_NAMES, type Place } from './test-places.ts'

/** 2026-11-22 20:00 UTC: the hours of the tests go past midnight. */
const START = Date.UTC(2026, 10, 22, 20)
const END = START + 12 * HOUR_MS
const LINKS = ['01LINKA', '01LINKB', '01LINKC']
let count = 0

function click(at: number, fields: Partial<Click> = {}): Click {
  const flags = { counted: true, bot: false, prefetch: false, head: false, outcome: 'redirect' } as const
  const facts = { country: null, device: null, browser: null, referrer: null, language: null, ruleId: null }
  const id = `${firstIdAt(at)}${String(++count).padStart(16, '0')}`
  return { id, at, linkId: LINKS[0]!, ...flags, ...facts, visitor: 'v', ...fields }
}

const anyClick = fc
  .record({
    at: fc.integer({ min: START, max: START + 8 * HOUR_MS }),
    late: fc.integer({ min: -5_000, max: 60_000 }),
    linkId: fc.constantFrom(...LINKS),
    counted: fc.boolean(),
    bot: fc.boolean(),
    prefetch: fc.boolean(),
    country: fc.constantFrom(null, '', 'DE', 'AT'),
    referrer: fc.constantFrom(null, 'a.example', 'ü "quoted"'),
    ruleId: fc.constantFrom(null, 'rule'),
    visitor: fc.constantFrom('', 'v1', 'v2', 'v3'),
  })
  .map(({ at, late, ...fields }) => ({ ...click(at + late, fields), at }))

/** One row that is not what it was: which one, and what becomes of it. */
const anyDamage = fc.record({
  table: fc.constantFrom('hour', 'visitor', 'link'),
  how: fc.constantFrom('changed', 'deleted', 'added'),
  pick: fc.nat(),
  hour: fc.integer({ min: 0, max: 9 }),
  linkId: fc.constantFrom(...LINKS),
})
type Damage = typeof anyDamage extends fc.Arbitrary<infer T> ? T : never

describe.each(ENGINE_NAMES)('%s', (name) => {
  const places = createPlaces(name)
  let place: Place
  let storage: Storage
  let tables: Connection

  beforeAll(async () => {
    place = await places.add()
    storage = place.open()
    await storage.migrate()
    for (const id of LINKS) {
      await storage.of(OWNER).links.insert({ link: linkRow({ id, slug: id }), slugKey: id, tombstonesSince: 0 })
    }
    tables = place.connect()
  })
  afterAll(async () => {
    await tables.db.destroy()
    await storage.close()
    await places.end()
  })

  async function clear() {
    for (const table of ['linkwright_click', 'linkwright_click_hour', 'linkwright_click_visitor'] as const) {
      await tables.db.deleteFrom(table).execute()
    }
    await tables.db.updateTable('linkwright_link').set({ clicks: 0 }).execute()
  }

  async function fold(clicks: readonly Click[], batch = 200, into = storage) {
    for (let start = 0; start < clicks.length; start += batch) {
      await into.open.clicks.append(clicks.slice(start, start + batch), [])
    }
  }

  async function run(what: 'verify' | 'rebuild', span: Partial<RecountSpan> = {}) {
    const found: Discrepancy[] = []
    const listener = { found: (one: Discrepancy) => found.push(one), progress: () => {} }
    const report = await storage.operator.recount[what]({ from: null, to: END, linkId: null, ...span }, listener)
    return { found, report }
  }

  /** @returns where the damage is, or null if there was nothing to be damaged */
  async function damage({ table, how, pick, hour: n, linkId }: Damage): Promise<object | null> {
    const { db } = tables
    const hour = hourOf(START) + n * HOUR_MS
    if (table === 'link') {
      await db
        .updateTable('linkwright_link')
        .set((eb) => ({ clicks: eb('clicks', how === 'deleted' ? '-' : '+', 1) }))
        .where('id', '=', linkId)
        .execute()
      return { linkId, kind: 'link' }
    }
    if (table === 'hour') {
      if (how === 'added') {
        const row = { owner_id: OWNER.id, link_id: linkId, hour, dimension: 'device', value: 'x' }
        await db
          .insertInto('linkwright_click_hour')
          .values({ ...row, clicks: 0, people: 0, bots: 1 })
          .execute()
        return { linkId, kind: 'device', value: 'x', hour }
      }
      const rows = await db.selectFrom('linkwright_click_hour').selectAll().orderBy('link_id').execute()
      const row = rows[pick % rows.length]
      if (row === undefined) return null
      const column = (['clicks', 'people', 'bots'] as const)[pick % 3]!
      const key = sql<boolean>`link_id = ${row.link_id} and hour = ${row.hour} and dimension = ${row.dimension} and value = ${row.value}`
      if (how === 'deleted') await db.deleteFrom('linkwright_click_hour').where(key).execute()
      else {
        const changed = { [column]: row[column] + 1 + (pick % 5) }
        await db.updateTable('linkwright_click_hour').set(changed).where(key).execute()
      }
      const kind = row.dimension === '' ? 'total' : row.dimension
      return { linkId: row.link_id, kind, hour: row.hour, value: row.dimension === '' ? null : row.value }
    }
    if (how === 'added') {
      const row = { owner_id: OWNER.id, link_id: linkId, day: dayOf(hour), visitor: 'nobody' }
      const hours = 1 << ((hour - row.day) / HOUR_MS)
      await db
        .insertInto('linkwright_click_visitor')
        .values({ ...row, hours })
        .execute()
      return { linkId, kind: 'visitor', value: 'nobody', hour }
    }
    const rows = await db.selectFrom('linkwright_click_visitor').selectAll().orderBy('link_id').execute()
    const row = rows[pick % rows.length]
    if (row === undefined) return null
    const key = sql<boolean>`link_id = ${row.link_id} and day = ${row.day} and visitor = ${row.visitor}`
    if (how === 'deleted') await db.deleteFrom('linkwright_click_visitor').where(key).execute()
    else {
      const bit = row.day === dayOf(START) ? 1 << (20 + (pick % 4)) : 1 << (pick % 4)
      await db
        .updateTable('linkwright_click_visitor')
        .set({ hours: row.hours ^ bit })
        .where(key)
        .execute()
    }
    return { linkId: row.link_id, kind: 'visitor', value: row.visitor }
  }

  async function stats() {
    const { links, stats } = storage.of(OWNER)
    return Promise.all(LINKS.flatMap((id) => [links.get(id), stats.read(id, START, END)]))
  }

  test('every count that is changed, deleted or added is found, and mended to what it was', async () => {
    const [clicks, batch] = [fc.array(anyClick, { minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 30 })]
    // The first hour that has raw rows is the first that can be told: damage is done from there on.
    const property = fc.asyncProperty(clicks, batch, anyDamage, fc.boolean(), async (some, size, harm, alone) => {
      await clear()
      const first = click(START, { linkId: LINKS[1]!, visitor: 'first' })
      await fold([first, ...some], size)
      const before = await stats()
      expect(await run('verify')).toMatchObject({ found: [], report: { from: START, leftOut: [], links: 3 } })
      const harmed = await damage(harm)
      fc.pre(harmed !== null)
      const { found } = await run('verify', alone ? { linkId: (harmed as Discrepancy).linkId } : {})
      expect(found).toContainEqual(expect.objectContaining(harmed!))
      const links = new Set(found.map(({ linkId }) => linkId))
      expect([...links]).toEqual([(harmed as Discrepancy).linkId])
      expect((await run('rebuild')).found).toEqual(expect.arrayContaining(found.filter(({ kind }) => kind !== 'link')))
      expect((await run('verify')).found).toEqual([])
      expect(await stats()).toEqual(before)
    })
    await fc.assert(property, { numRuns: name === 'sqlite' ? 120 : 25 })
  })

  test('a damage that is asked for says what stands there and what should', async () => {
    await clear()
    await fold([click(START, { country: 'DE' }), click(START, { country: 'DE', bot: true })])
    const key = { dimension: 'country', value: 'DE' }
    const where = sql<boolean>`dimension = ${key.dimension} and value = ${key.value}`
    await tables.db.updateTable('linkwright_click_hour').set({ people: 7 }).where(where).execute()
    const { found, report } = await run('verify')
    expect(found).toEqual([
      {
        linkId: LINKS[0],
        kind: 'country',
        hour: START,
        value: 'DE',
        stored: { clicks: 2, people: 7, bots: 1 },
        recounted: { clicks: 2, people: 1, bots: 1 },
      },
    ])
    expect(report).toEqual({ from: START, to: END, hours: 12, clicks: 2, links: 3, leftOut: [] })
  })

  test('an hour may hold more rows than are read at once', async () => {
    await clear()
    const clicks = Array.from({ length: 4_500 }, (_, n) =>
      click(START + n * 700, { visitor: `v${n % 900}`, linkId: LINKS[n % 3]! }),
    )
    await fold(clicks, 1_500)
    expect(await run('verify')).toMatchObject({ found: [], report: { clicks: 4_500 } })
    await tables.db.deleteFrom('linkwright_click_hour').execute()
    await tables.db.deleteFrom('linkwright_click_visitor').execute()
    expect((await run('verify')).found.length).toBeGreaterThan(900)
    await run('rebuild')
    expect((await run('verify')).found).toEqual([])
    expect((await stats())[0]).toMatchObject({ clicks: 1_500 })
  })

  test('while others fold, nothing is wrong that is right, and what is mended stays so', async () => {
    await clear()
    await fold([click(START)])
    const others = [place.open(), place.open()]
    let folding = true
    const folds = others.map(async (other, n) => {
      for (let turn = 0; turn < 60; turn++) {
        const some = Array.from({ length: 7 }, (_, k) =>
          click(START + turn * 120_000 + k, { linkId: LINKS[(turn + n + k) % 3]!, visitor: `v${k}`, country: 'DE' }),
        )
        await fold(some, 7, other)
      }
    })
    const done = Promise.all(folds).finally(() => {
      folding = false
    })
    let turns = 0
    try {
      for (; folding; turns++) {
        expect((await run('verify', { to: START + 4 * HOUR_MS })).found).toEqual([])
        await atomically(tables, async (inner) => {
          // Or it would meet the folds in any order.
          await holdLinks(inner, LINKS)
          await inner.db.updateTable('linkwright_click_hour').set({ people: 1_000 }).execute()
          await inner.db.deleteFrom('linkwright_click_visitor').execute()
          await inner.db.updateTable('linkwright_link').set({ clicks: 1_000 }).execute()
        })
        await run('rebuild', { to: START + 4 * HOUR_MS })
        // The folds wait for their turn with timers.
        await new Promise((resolve) => setTimeout(resolve, 1))
      }
    } finally {
      await done
    }
    expect(turns).toBeGreaterThan(0)
    expect((await run('verify')).found).toEqual([])
    const clicks = (await storage.of(OWNER).links.list({}, { limit: 9 })).items.map((link) => link.clicks)
    expect(clicks.reduce((sum, n) => sum + n, 0)).toBe(1 + 2 * 60 * 7)
    for (const other of others) await other.close()
  })

  test('where raw rows were swept, the hours before and the one cut in two are left alone', async () => {
    await clear()
    await fold(Array.from({ length: 40 }, (_, n) => click(START + n * 600_000)))
    const before = await stats()
    await tables.db
      .deleteFrom('linkwright_click')
      .where('id', '<', firstIdAt(START + 2.5 * HOUR_MS))
      .execute()
    expect(await run('verify')).toMatchObject({ found: [], report: { from: START + 3 * HOUR_MS } })
    expect(await run('rebuild', { from: START })).toMatchObject({ found: [] })
    expect(await stats()).toEqual(before)
    await tables.db.deleteFrom('linkwright_click').execute()
    expect(await run('rebuild')).toMatchObject({ found: [], report: { from: null, to: null, hours: 0, links: 3 } })
    expect(await stats()).toEqual(before)
  })

  test('an hour whose rows carry ids of another time is left out, and not taken for wrong', async () => {
    await clear()
    const late = click(START + HOUR_MS)
    const moved = { ...late, id: `${firstIdAt(late.at + 3 * HOUR_MS)}${late.id.slice(10)}` }
    await fold([click(START), moved, click(START + 4 * HOUR_MS)])
    const before = await stats()
    expect(await run('rebuild')).toMatchObject({ found: [], report: { leftOut: [START + HOUR_MS] } })
    expect(await stats()).toEqual(before)
  })

  test('a span and a link alone', async () => {
    await clear()
    await fold(LINKS.flatMap((linkId) => [0, 1, 2].map((n) => click(START + n * HOUR_MS, { linkId }))))
    await tables.db.updateTable('linkwright_click_hour').set({ bots: 9 }).execute()
    const hour = START + HOUR_MS
    const { found, report } = await run('verify', { from: hour, to: hour + HOUR_MS, linkId: LINKS[2]! })
    expect(found.map(({ linkId, hour, kind }) => [linkId, hour, kind])).toEqual([[LINKS[2], hour, 'total']])
    expect(report).toMatchObject({ from: hour, to: hour + HOUR_MS, hours: 1, clicks: 1, links: 1 })
    expect((await run('verify', { from: hour, to: hour + HOUR_MS })).found).toHaveLength(3)
  })
})
