// Erasing people through core: redirects forget at once, others are told, and of old days nothing is claimed.
import { describe, expect, test } from 'vitest'
import { ALICE, BOB, callerOf, codeOf, createWorld } from '../../test/world.ts'
import type { Change, Channel } from '../channel.ts'

const RULE = { field: 'country', operator: 'equals', value: 'DE', redirectUrl: 'https://example.com/de' }
const DAY_MS = 86_400_000

describe('an owner', () => {
  async function settled() {
    const told: Change[] = []
    const channel: Channel = {
      publish: async (changes) => void told.push(...changes),
      watch: () => ({ healthy: () => true, stop() {} }),
    }
    const world = createWorld({ channel })
    const { core } = world
    const user = await core.accounts.create({ email: 'ada@example.com', plan: 'premium' })
    const owner = await core.accounts.ownerOf(user.id)
    const caller = callerOf('ada', { owner })
    const domain = await world.domain('ada.example.com', owner, false)
    const links = [await world.create({ customSlug: 'Mixed-Case', domainId: domain.id }, caller)]
    for (let n = 0; n < 44; n++) links.push(await world.create({ customSlug: `slug-${n}` }, caller))
    await core.links.update(caller, links[3]!.id, { archived: true })
    await world.rule(links[0]!.id, RULE, caller)
    await core.tokens.issue(owner, user.id, { name: 'token', scopes: ['links:read'] })
    await core.keys.rotate(owner)
    told.length = 0
    return { ...world, user, owner, links, told }
  }

  test('goes with everything, and is counted before as after', async () => {
    const { core, storage, user, owner } = await settled()
    const estate = await core.erasure.find(user.id)
    expect(estate).toEqual({ projects: [owner], subject: user.id })
    const counts = await core.erasure.count(estate)
    expect(counts).toMatchObject({ users: 1, projects: 1, domains: 1, links: 45, rules: 1, tokens: 1, keys: 1 })
    expect(await core.erasure.owner(estate)).toEqual(counts)
    expect((await storage.of(owner).links.list({ includeArchived: true }, { limit: 9 })).items).toEqual([])
    expect(await codeOf(core.erasure.find(user.id))).toBe('NOT_FOUND')
    expect(Object.values(await core.erasure.owner(estate)).every((n) => n === 0)).toBe(true)
  })

  test('is forgotten by redirects at once, here and elsewhere, and its slugs stay held', async () => {
    const { core, visit, create, user, links, told } = await settled()
    const outcomes = async () => [
      (await visit('/slug-7'))?.outcome,
      (await visit('/mixed-case', { host: 'ada.example.com' }))?.outcome,
    ]
    expect(await outcomes()).toEqual(['redirect', 'redirect'])
    await core.erasure.owner(await core.erasure.find(user.id))
    expect(await outcomes()).toEqual(['not_found', 'not_found'])
    expect(told.filter(({ kind }) => kind === 'link')).toHaveLength(links.length)
    expect(told).toContainEqual({ kind: 'link', domainId: links[0]!.domainId, slug: 'mixed-case' })
    expect(told).toContainEqual({ kind: 'domain', host: 'ada.example.com' })
    expect(told).toContainEqual({ kind: 'keys', ownerId: links[0]!.ownerId })
    expect(await codeOf(create({ customSlug: 'slug-7' }))).toBe('SLUG_TAKEN')
  })

  test('may be one project; the last one of a host’s subject takes along what was counted on it', async () => {
    const { core, storage, create } = createWorld()
    const sibling = { id: 'sibling', subject: ALICE.owner.subject }
    for (const owner of [ALICE.owner, sibling, BOB.owner]) await core.accounts.ensure(owner)
    const kept = await create({}, BOB)
    await create({}, ALICE)
    await create({}, callerOf('sibling', { owner: sibling }))
    const one = await core.erasure.find(sibling.id)
    expect(one).toEqual({ projects: [sibling], subject: null })
    expect(await core.erasure.owner(one)).toMatchObject({ links: 1, projects: 1, usage: 0 })
    const last = await core.erasure.find(ALICE.owner.id)
    expect(last).toEqual({ projects: [ALICE.owner], subject: ALICE.owner.subject })
    expect(await core.erasure.find(ALICE.owner.subject)).toEqual(last)
    expect(await core.erasure.owner(last)).toMatchObject({ links: 1, projects: 1, usage: 1 })
    expect(await storage.of(BOB.owner).links.get(kept.id)).toBeDefined()
  })
})

describe('a visitor', () => {
  async function visited() {
    const world = createWorld()
    const link = await world.create({ customSlug: 'promo' })
    const come = async (ip: string, agent: string) => {
      await world.visit('/promo', { ip, headers: { 'user-agent': agent } })
      await world.core.recorder.flush()
    }
    const read = () => world.core.stats.read(ALICE, link.id, undefined, world.time.now)
    return { ...world, come, read }
  }

  test('is told by address and user agent on each day that has a salt', async () => {
    const { core, time, come, read } = await visited()
    const agent = `mobile safari ${'x'.repeat(2_000)}`
    for (let day = 0; day < 2; day++) {
      await come('2001:db8:0:1::1', agent)
      await come('2001:db8:0:2::1', agent)
      await come('2001:db8:0:1::1', 'mobile chrome')
      time.now += DAY_MS
    }
    const before = await read()
    const { days } = await core.erasure.visitor('2001:DB8::1:0:0:0:99', agent)
    expect(days.filter(({ clicks }) => clicks > 0)).toEqual([
      { day: '2026-11-22', clicks: 1, visitors: 1 },
      { day: '2026-11-23', clicks: 1, visitors: 1 },
    ])
    expect(await read()).toEqual({ ...before, uniques: before.uniques - 2 })
  })

  test('is nobody’s to tell on a day whose salt is gone', async () => {
    const { core, storage, time, come, read } = await visited()
    await come('192.0.2.1', 'mobile safari')
    const before = await read()
    time.now += 3 * DAY_MS
    await storage.open.sweep(time.now)
    expect((await core.erasure.visitor('192.0.2.1', 'mobile safari')).days).toEqual([])
    expect((await read()).uniques).toBe(before.uniques)
  })
})
