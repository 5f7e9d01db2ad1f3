// Erasing: a visitor is nobody afterwards, an owner leaves nothing, and everybody else keeps everything.
import { type Estate, ownerScope } from '@linkwright/core'
import { expect } from 'vitest'
import { clickAt, run } from './recount.ts'
import type { Subject } from './subject.ts'
import { DAY_MS, HOUR_MS, NOW, type World } from './world.ts'

/** 2026-11-22 00:00 UTC. */
const DAY = NOW - 10 * HOUR_MS

export const erase: Subject = (test) => {
  test('a visitor is taken out of a day, and counts stay as they are', async (world) => {
    const { owner, link, theirs, read } = await visited(world)
    const before = await read()
    expect(await world.storage.operator.erase.visitor(theirs, DAY)).toEqual({ clicks: 2, visitors: 1 })
    expect(await read()).toEqual({ ...before, uniques: before.uniques - 1 })
    expect((await world.storage.of(owner).stats.read(link.id, NOW, NOW)).uniques).toBe(1)
    expect(await world.storage.operator.erase.visitor(theirs, DAY)).toEqual({ clicks: 0, visitors: 0 })
    expect((await run(world, 'verify')).found).toEqual([])
    expect((await run(world, 'rebuild')).found).toEqual([])
    expect(await read()).toEqual({ ...before, uniques: before.uniques - 1 })
    expect(await world.storage.operator.erase.visitor(theirs, null)).toEqual({ clicks: 1, visitors: 1 })
  })

  test('a visitor is taken out of all days', async (world) => {
    const { theirs, read } = await visited(world)
    const before = await read()
    expect(await world.storage.operator.erase.visitor(theirs, null)).toEqual({ clicks: 3, visitors: 2 })
    expect(await read()).toEqual({ ...before, uniques: before.uniques - 2 })
    expect(await world.storage.operator.erase.visitor('nobody', null)).toEqual({ clicks: 0, visitors: 0 })
  })

  test('an erased visitor who comes back is somebody new', async (world) => {
    const { link, theirs, read } = await visited(world)
    const { uniques } = await read()
    await world.storage.operator.erase.visitor(theirs, null)
    await world.storage.open.clicks.append([clickAt(world, link.id, NOW, { visitor: theirs })], [])
    expect((await read()).uniques).toBe(uniques - 1)
    expect((await run(world, 'verify')).found).toEqual([])
  })

  test('the salts that are kept are told, oldest first', async ({ storage }) => {
    await storage.open.clicks.salt('2026-11-23', 'second')
    await storage.open.clicks.salt('2026-11-22', 'first')
    const salts = await storage.operator.erase.salts()
    expect(salts.filter(({ day }) => day >= '2026-11-22')).toEqual([
      { day: '2026-11-22', salt: 'first' },
      { day: '2026-11-23', salt: 'second' },
    ])
  })

  test('what hangs on links is counted, and raw clicks go even after their link', async (world) => {
    const [{ owner, link }, other] = [await visited(world), await visited(world)]
    await world.addRule(owner, link.id)
    const { erase } = world.storage.operator
    const { rules, hours, visitors } = await erase.countOn([link.id])
    expect({ rules, visitors }).toEqual({ rules: 1, visitors: 3 })
    expect(hours).toBeGreaterThan(0)
    expect(await erase.countOn([])).toMatchObject({ rules: 0, hours: 0, visitors: 0 })
    await world.storage.of(owner).links.delete(link.id, NOW)
    expect([await erase.clicks(new Set([link.id]), false), await erase.clicks(new Set([link.id]), true)]).toEqual([
      4, 4,
    ])
    expect([await erase.clicks(new Set([link.id]), true), await erase.clicks(new Set(), true)]).toEqual([0, 0])
    expect(await erase.clicks(new Set([other.link.id]), false)).toBe(4)
  })

  test('an estate goes with all it holds but links, and nobody else’s goes', async (world) => {
    const [owner, other] = [await world.addOwner(), await world.addOwner()]
    const sibling = await world.addOwner(owner.subject)
    const held = { ...HOLDINGS, users: 1, projects: 2 }
    for (const one of [owner, other]) await furnish(world, one)
    const [theirs, others] = [estateOf(owner, sibling), estateOf(other)]
    const { erase } = world.storage.operator
    expect(await erase.countOf(theirs)).toEqual(held)
    const access = await erase.removeAccess(theirs)
    const { counts, hosts } = await erase.removeRest(theirs)
    expect({ ...access, ...counts }).toEqual(held)
    expect(hosts).toHaveLength(1)
    expect(Object.values(await erase.countOf(theirs)).every((n) => n === 0)).toBe(true)
    expect(await erase.countOf(others)).toEqual(HOLDINGS)
    const { directory, open } = world.storage
    expect([await directory.user(owner.subject), await directory.project(owner.id)]).toEqual([undefined, undefined])
    expect([await open.domains.byHost(hosts[0]!), await open.tokens.byHash(`hash of ${owner.id}`)]).toEqual([
      undefined,
      undefined,
    ])
    expect(await open.tokens.byHash(`hash of ${other.id}`)).toBeDefined()
    // The address is free again.
    const email = `${owner.subject.toLowerCase()}@example.com`
    expect(await directory.insertUser({ id: world.id(), email, plan: 'free', createdAt: NOW })).toBe(true)
  })

  test('one project of several leaves what is counted on their subject, and domains that others use', async (world) => {
    const owner = await world.addOwner()
    const sibling = await world.addOwner(owner.subject)
    const [used, idle] = [await world.addDomain(owner), await world.addDomain(owner)]
    await world.addLink(sibling, { domainId: used.id })
    await world.storage.of(owner).usage.set('links', '2026-11', 5)
    const estate: Estate = { projects: [owner], subject: null }
    const { counts, hosts } = await world.storage.operator.erase.removeRest(estate)
    expect(counts).toMatchObject({ domains: 1, usage: 0, projects: 1, users: 0 })
    expect(hosts).toEqual([idle.host])
    expect(await world.storage.of(sibling).domains.get(used.id)).toEqual(used)
    expect(await world.storage.of(sibling).usage.read('links', '2026-11')).toBe(5)
    expect(await world.storage.directory.user(owner.subject)).toBeDefined()
    expect(await world.storage.directory.projectsOf(owner.subject)).toHaveLength(1)
  })
}

/** What `furnish` gives an owner with one project. */
const HOLDINGS = { tokens: 1, keys: 1, domains: 1, nonces: 1, usage: 1, replies: 2, projects: 1, users: 1 }

async function furnish(world: World, owner: { readonly id: string; readonly subject: string }) {
  const own = world.storage.of(owner)
  const { open } = world.storage
  await own.tokens.insert(world.token(owner), { hash: `hash of ${owner.id}`, slowHash: null }, null)
  await own.keys.rotate(world.key(owner))
  await world.addDomain(owner, { verifiedAt: NOW })
  await open.keys.consumeNonce(owner.id, 'nonce', NOW + DAY_MS)
  await own.usage.set('links', '2026-11', 3)
  for (const key of ['a', 'b']) {
    const scope = `${ownerScope(owner.id)}more`
    const reply = { scope, key, fingerprint: '', status: 201, body: '{}', sealed: false, createdAt: NOW }
    await open.idempotency.save(reply)
  }
}

function estateOf(...projects: readonly { readonly id: string; readonly subject: string }[]): Estate {
  return { projects, subject: projects[0]!.subject }
}

/** A link that a visitor came to on two days: four clicks, and three days of visitors with the other one's. */
async function visited(world: World) {
  const owner = await world.addOwner()
  const link = await world.addLink(owner)
  const theirs = world.id()
  const of = (at: number, visitor: string) => clickAt(world, link.id, at, { visitor })
  await world.storage.open.clicks.append(
    [of(NOW, theirs), of(NOW + HOUR_MS, theirs), of(NOW, 'other'), of(NOW + DAY_MS, theirs)],
    [],
  )
  const read = () => world.storage.of(owner).stats.read(link.id, DAY, NOW + 2 * DAY_MS)
  return { owner, link, theirs, read }
}
