// Recounting: statistics are found equal to the raw rows that they were counted from, and stay as they are.
import { type Click, type Discrepancy, firstIdAt, type RecountReport, type RecountSpan } from '@linkwright/core'
import { expect } from 'vitest'
import type { Subject } from './subject.ts'
import { DAY_MS, HOUR_MS, NOW, parallel, type World } from './world.ts'

const END = NOW + 2 * DAY_MS

export const recount: Subject = (test) => {
  test('what was folded is found equal, and counting it anew changes nothing', async (world) => {
    const { owner, link, some } = await clicked(world)
    const read = () => world.storage.of(owner).stats.read(link.id, NOW - DAY_MS, END)
    const before = await read()
    for (const what of ['verify', 'rebuild'] as const) {
      const { found, report } = await run(world, what, { linkId: link.id })
      expect(found).toEqual([])
      expect(report).toMatchObject({ clicks: some.length, links: 1, leftOut: [] })
      expect(report.from! % HOUR_MS).toBe(0)
      expect(report.hours).toBe((END - report.from!) / HOUR_MS)
    }
    expect(await read()).toEqual(before)
    expect((await world.storage.of(owner).links.get(link.id))?.clicks).toBe(some.length)
  })

  test('only the hours that are asked for are compared', async (world) => {
    const { link } = await clicked(world)
    const { report } = await run(world, 'verify', { linkId: link.id, from: NOW + HOUR_MS, to: NOW + 2 * HOUR_MS })
    expect(report).toMatchObject({ from: NOW + HOUR_MS, to: NOW + 2 * HOUR_MS, hours: 1, clicks: 2 })
    const none = await run(world, 'verify', { linkId: link.id, from: END, to: END })
    expect(none.report).toMatchObject({ from: null, to: null, hours: 0, clicks: 0 })
  })

  test('clicks that are folded meanwhile are no difference', async (world) => {
    const owner = await world.addOwner()
    const links = await parallel(3, () => world.addLink(owner))
    const fold = async () => {
      for (let turn = 0; turn < 10; turn++) {
        const some = links.map(({ id }, n) =>
          clickAt(world, id, NOW + (turn + n) * 1000, { visitor: `visitor${turn}` }),
        )
        await world.storage.open.clicks.append(some, [])
      }
    }
    const folds = parallel(3, fold)
    const runs = [run(world, 'verify'), run(world, 'rebuild'), run(world, 'verify')]
    for (const { found } of await Promise.all(runs)) expect(found).toEqual([])
    await folds
    expect((await run(world, 'verify')).found).toEqual([])
    for (const { id } of links) {
      expect(await world.storage.of(owner).stats.read(id, NOW, NOW)).toMatchObject({ clicks: 30, uniques: 10 })
    }
  })

  test('clicks of links that are gone are passed over', async (world) => {
    const { owner, link } = await clicked(world)
    await world.storage.of(owner).links.delete(link.id, NOW)
    expect((await run(world, 'verify')).found).toEqual([])
    expect((await run(world, 'verify', { linkId: link.id })).report).toMatchObject({ links: 0 })
    expect((await run(world, 'rebuild')).found).toEqual([])
  })

  test('progress is told up to the end', async (world) => {
    const { link } = await clicked(world)
    const told: (readonly [number, number])[] = []
    const listener = { found: () => {}, progress: (done: number, of: number) => told.push([done, of]) }
    const { hours } = await world.storage.operator.recount.verify(
      { from: NOW, to: NOW + 3 * HOUR_MS, linkId: link.id },
      listener,
    )
    expect(hours).toBe(3)
    expect(told.every(([done, of]) => done <= of)).toBe(true)
    expect(told.at(-1)).toEqual([3, 3])
  })
}

/** A click whose id is of its time, as all are that are recorded. */
export function clickAt(world: World, linkId: string, at: number, fields: Partial<Click> = {}): Click {
  return world.click(linkId, { at, id: `${firstIdAt(at)}${world.id().slice(10)}`, ...fields })
}

async function clicked(world: World) {
  const owner = await world.addOwner()
  const link = await world.addLink(owner)
  const some = [
    clickAt(world, link.id, NOW, { country: 'DE', device: 'mobile', ruleId: world.id() }),
    clickAt(world, link.id, NOW + 1, { country: '', bot: true, referrer: 'ü "quoted" 🔑' }),
    clickAt(world, link.id, NOW + HOUR_MS, { prefetch: true, language: 'de' }),
    clickAt(world, link.id, NOW + 2 * HOUR_MS - 1, { visitor: '' }),
    clickAt(world, link.id, NOW + DAY_MS, { browser: 'firefox' }),
  ]
  await world.storage.open.clicks.append(some, [])
  return { owner, link, some }
}

export async function run(
  { storage }: Pick<World, 'storage'>,
  what: 'verify' | 'rebuild',
  span: Partial<RecountSpan> = {},
): Promise<{ found: readonly Discrepancy[]; report: RecountReport }> {
  const found: Discrepancy[] = []
  const listener = { found: (one: Discrepancy) => found.push(one), progress: () => {} }
  const report = await storage.operator.recount[what]({ from: null, to: END, linkId: null, ...span }, listener)
  return { found, report }
}
