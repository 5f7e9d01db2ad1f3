// Statistics of a link: of whole hours, and of one's own links alone.
import { expect, test } from 'vitest'
import { ALICE, BOB, codeOf, createWorld, START } from '../../test/world.ts'

const HOUR = 3_600_000

async function visited() {
  const world = createWorld()
  const link = await world.create({ customSlug: 'promo' })
  const { id: ruleId } = await world.rule(link.id, {
    field: 'language',
    operator: 'equals',
    value: 'de',
    redirectUrl: 'https://example.com/de',
  })
  const visit = (agent: string, more = {}, ip = '198.51.100.1', method = 'GET') =>
    world.visit('/promo', { ip, method, headers: { 'user-agent': agent, ...more } })
  await visit('mobile safari', { 'accept-language': 'de' })
  await visit('mobile safari', { referer: 'https://www.news.example/x' })
  await visit('chrome', {}, '198.51.100.2')
  await visit('chrome', { 'sec-purpose': 'prefetch' }, '198.51.100.3')
  await visit('a bot')
  await visit('chrome', {}, '198.51.100.4', 'HEAD')
  world.time.now = START + 26 * HOUR
  await visit('mobile safari')
  await world.core.recorder.flush()
  const read = (from?: number, to?: number) => world.core.stats.read(ALICE, link.id, from, to)
  return { ...world, link, ruleId, read }
}

test('what the clicks add up to', async () => {
  const { read, ruleId, core, link } = await visited()
  const stats = await read()
  expect(stats).toMatchObject({ clicks: 6, people: 4, bots: 1, uniques: 3 })
  expect(stats.days).toEqual([
    { value: '2026-11-22', clicks: 5, people: 3 },
    { value: '2026-11-23', clicks: 1, people: 1 },
  ])
  expect(stats.dimensions.rule).toContainEqual({ value: ruleId, clicks: 1, people: 1 })
  expect(stats.dimensions.language).toContainEqual({ value: 'de', clicks: 1, people: 1 })
  expect(stats.dimensions.referrer).toContainEqual({ value: 'news.example', clicks: 1, people: 1 })
  expect(stats.dimensions.device).toContainEqual({ value: 'mobile', clicks: 3, people: 3 })
  expect((await core.links.get(ALICE, link.id)).clicks).toBe(6)
})

test('a range is of whole hours, both ends included', async () => {
  const { read } = await visited()
  expect((await read(START + HOUR - 1, START + HOUR)).clicks).toBe(5)
  expect((await read(START + HOUR, START + 25 * HOUR)).clicks).toBe(0)
  expect((await read(START + 26 * HOUR + 5)).clicks).toBe(1)
  expect((await read(undefined, START)).clicks).toBe(5)
  expect((await read(undefined, START - 48 * HOUR)).clicks).toBe(0)
})

test('a range that ends before it starts is told before the link is looked for', async () => {
  const { core, read } = await visited()
  expect(await codeOf(read(START + 1, START))).toBe('VALIDATION_ERROR')
  expect(await codeOf(core.stats.read(BOB, 'nowhere', START + 1, START))).toBe('VALIDATION_ERROR')
})

test('another’s statistics are not there, and a deleted link’s are gone', async () => {
  const { core, link, create } = await visited()
  expect(await codeOf(core.stats.read(BOB, link.id, undefined, undefined))).toBe('NOT_FOUND')
  await core.links.delete(ALICE, link.id)
  expect(await codeOf(core.stats.read(ALICE, link.id, undefined, undefined))).toBe('NOT_FOUND')
  const again = await create({ customSlug: 'promo' })
  expect((await core.stats.read(ALICE, again.id, undefined, undefined)).clicks).toBe(0)
})

test('names that objects have of their own are values like any other', async () => {
  const { create, visit, core } = createWorld()
  const link = await create({ customSlug: 'odd' })
  for (const host of ['constructor', '__proto__', 'tostring'])
    await visit('/odd', { headers: { referer: `http://${host}/` } })
  await core.recorder.flush()
  const { dimensions } = await core.stats.read(ALICE, link.id, undefined, undefined)
  expect(dimensions.referrer.map(({ value, clicks }) => [value, clicks])).toEqual([
    ['__proto__', 1],
    ['constructor', 1],
    ['tostring', 1],
  ])
})
