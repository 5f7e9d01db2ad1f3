// Rules as callers meet them: caps, order, targets, and that redirects see every change at once.
import { describe, expect, test } from 'vitest'
import { ALICE, BOB, callerOf, codeOf, createWorld, failureOf } from '../../test/world.ts'
import { parse } from '../parse.ts'
import { PLANS } from '../plan.ts'
import { ruleChange } from './input.ts'

const to = (redirectUrl: string, value = 'DE') => ({ field: 'country', operator: 'equals', value, redirectUrl })
const german = { trusted: true, headers: { 'x-country': 'DE' } }

async function withLink(options = {}) {
  const world = createWorld(options)
  const link = await world.create({ customSlug: 'promo' })
  const urls = async () => (await world.core.rules.list(ALICE, link.id)).map(({ redirectUrl }) => redirectUrl)
  const seen = async () => (await world.visit('/promo', german))?.url
  const update = (id: string, body: object) => world.core.rules.update(ALICE, id, parse(ruleChange, body))
  return { ...world, link, urls, seen, update }
}

test('a rule as it is made, behind the others', async () => {
  const { rule, link, time, urls } = await withLink()
  expect(await rule(link.id, to('https://a.com'))).toEqual({
    id: expect.stringMatching(/^[0-9A-Z]{26}$/),
    linkId: link.id,
    field: 'country',
    operator: 'equals',
    value: 'DE',
    conditions: null,
    redirectUrl: 'https://a.com/',
    priority: 1,
    createdAt: time.now,
    updatedAt: time.now,
  })
  expect((await rule(link.id, to('https://b.com'))).priority).toBe(2)
  expect(await urls()).toEqual(['https://a.com/', 'https://b.com/'])
})

describe('the plan’s cap', () => {
  test('is exact, however parallel', async () => {
    const { rule, link, urls } = await withLink()
    const growth = callerOf('alice', { plan: PLANS.growth })
    const all = Array.from({ length: 20 }, (_, i) => rule(link.id, to(`https://e.com/${i}`), growth))
    const refused = (await Promise.allSettled(all)).filter(({ status }) => status === 'rejected')
    expect(refused).toHaveLength(15)
    expect(await urls()).toHaveLength(5)
    expect(await codeOf(rule(link.id, to('https://e.com/'), growth))).toBe('PLAN_LIMIT_EXCEEDED')
  })

  test('comes after the link and the screening; what exists goes on after a downgrade', async () => {
    const { rule, link, screen, core, seen } = await withLink()
    const made = await rule(link.id, to('https://a.com'))
    const free = callerOf('alice', { plan: { ...PLANS.growth, rulesPerLink: 0 } })
    expect(await codeOf(rule('nowhere', to('https://a.com'), free))).toBe('NOT_FOUND')
    screen.answer = 'flagged'
    expect(await codeOf(rule(link.id, to('https://a.com'), free))).toBe('URL_FLAGGED')
    screen.answer = 'clear'
    expect(await codeOf(rule(link.id, to('https://a.com'), free))).toBe('PLAN_LIMIT_EXCEEDED')
    expect(await core.rules.update(free, made.id, { redirectUrl: 'https://b.com/' })).toMatchObject({ priority: 1 })
    expect(await seen()).toBe('https://b.com/')
  })
})

test('a target that the policy refuses is an invalid rule, told before the link is looked for', async () => {
  const { rule, update, link } = await withLink()
  for (const url of ['http://10.0.0.1/', 'https://go.example.org/other']) {
    const error = await failureOf(rule('nowhere', to(url)))
    expect(error).toMatchObject({ code: 'INVALID_RULE', details: [{ path: 'redirectUrl' }] })
    const made = await rule(link.id, to('https://a.com'))
    expect(await codeOf(update(made.id, { redirectUrl: url }))).toBe('INVALID_RULE')
  }
})

test('a change of a part keeps the rest, and one that does not fit changes nothing', async () => {
  const { rule, update, link, time, core } = await withLink()
  const made = await rule(link.id, to('https://a.com'))
  time.now += 7
  const changed = await update(made.id, { value: 'fr' })
  expect(changed).toEqual({ ...made, value: 'FR', updatedAt: time.now })
  expect(await codeOf(update(made.id, { operator: 'in' }))).toBe('INVALID_RULE')
  expect(await core.rules.list(ALICE, link.id)).toEqual([changed])
})

test('redirects see a rule made, changed, moved and deleted at once', async () => {
  const { rule, update, link, core, seen } = await withLink()
  const landing = 'https://example.com/landing'
  expect(await seen()).toBe(landing)
  const first = await rule(link.id, to('https://a.com'))
  expect(await seen()).toBe('https://a.com/')
  await update(first.id, { redirectUrl: 'https://b.com' })
  expect(await seen()).toBe('https://b.com/')
  const second = await rule(link.id, to('https://c.com'))
  expect(await seen()).toBe('https://b.com/')
  await core.rules.reorder(ALICE, link.id, [second.id, first.id])
  expect(await seen()).toBe('https://c.com/')
  await core.rules.delete(ALICE, second.id)
  expect(await seen()).toBe('https://b.com/')
  await update(first.id, { value: 'AT' })
  expect(await seen()).toBe(landing)
})

test('the order is all of the link’s rules, each once, and stays without gaps', async () => {
  const { rule, link, core } = await withLink()
  const ids: string[] = []
  for (let i = 0; i < 3; i++) ids.push((await rule(link.id, to(`https://e.com/${i}`))).id)
  const [a = '', b = '', c = ''] = ids
  const other = await core.links.create(ALICE, { destinationUrl: 'https://example.com/' })
  const foreign = await rule(other.id, to('https://f.com'))
  for (const wrong of [[], [a, b], [a, b, b], [a, b, c, c], [a, b, foreign.id], [a, b, c, foreign.id]]) {
    expect(await codeOf(core.rules.reorder(ALICE, link.id, wrong))).toBe('VALIDATION_ERROR')
  }
  const moved = await core.rules.reorder(ALICE, link.id, [c, a, b])
  expect(moved.map(({ id, priority }) => [id, priority])).toEqual([
    [c, 1],
    [a, 2],
    [b, 3],
  ])
  await core.rules.delete(ALICE, a)
  expect((await core.rules.list(ALICE, link.id)).map(({ id, priority }) => [id, priority])).toEqual([
    [c, 1],
    [b, 2],
  ])
})

test('another’s rules are not there', async () => {
  const { rule, link, core, urls } = await withLink()
  const { id } = await rule(link.id, to('https://a.com'))
  const calls = [
    core.rules.list(BOB, link.id),
    rule(link.id, to('https://b.com'), BOB),
    core.rules.update(BOB, id, { redirectUrl: 'https://b.com/' }),
    core.rules.delete(BOB, id),
    core.rules.reorder(BOB, link.id, [id]),
  ]
  for (const call of calls) expect(await codeOf(call)).toBe('NOT_FOUND')
  expect(await urls()).toEqual(['https://a.com/'])
})

describe('screening', () => {
  test('asks about a target that is new, and about nothing else', async () => {
    const { rule, update, link, screen } = await withLink()
    const made = await rule(link.id, to('https://a.com'))
    screen.asked.length = 0
    await update(made.id, { redirectUrl: 'https://a.com', value: 'AT' })
    expect(screen.asked).toEqual([])
    screen.answer = 'flagged'
    expect(await codeOf(update(made.id, { redirectUrl: 'https://bad.com' }))).toBe('URL_FLAGGED')
    expect(screen.asked).toEqual([['https://bad.com/']])
  })

  test('without an answer the link waits, and later all of its targets are asked about', async () => {
    const { rule, link, screen, core } = await withLink()
    screen.answer = 'unknown'
    await rule(link.id, to('https://a.com'))
    expect((await core.links.get(ALICE, link.id)).screening).toBe('pending')
    screen.answer = 'clear'
    screen.asked.length = 0
    expect(await core.rescreen()).toBe(1)
    expect(screen.asked).toEqual([['https://example.com/landing', 'https://a.com/']])
    expect((await core.links.get(ALICE, link.id)).screening).toBe('clear')
  })

  test('a target added while the link is screened is not covered by that answer', async () => {
    const { rule, link, screen, core, storage } = await withLink()
    screen.answer = 'unknown'
    await rule(link.id, to('https://a.com'))
    const [waiting] = await storage.open.links.pendingScreening(1)
    await rule(link.id, to('https://b.com'))
    expect(await storage.open.links.setScreening(link.id, waiting!.link.updatedAt, 'clear')).toBe(false)
    expect((await core.links.get(ALICE, link.id)).screening).toBe('pending')
  })

  test('a new rule does not bring a flagged link back while the service is away', async () => {
    const { rule, link, screen, core, seen } = await withLink()
    screen.answer = 'unknown'
    await rule(link.id, to('https://a.com'))
    screen.answer = 'flagged'
    await core.rescreen()
    screen.answer = 'unknown'
    await rule(link.id, to('https://b.com'))
    expect((await core.links.get(ALICE, link.id)).screening).toBe('flagged')
    expect(await seen()).toBeNull()
  })
})
