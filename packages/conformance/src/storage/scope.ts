// Owner scope: another's row is as good as none, whatever is asked about it.
import type { OwnedStorage } from '@linkwright/core'
import { expect } from 'vitest'
import type { Subject } from './subject.ts'
import { NOW, type World } from './world.ts'

/** Questions about a row of another owner, each with the answer for a row that is not there. */
type Questions = Readonly<
  Record<string, readonly [ask: (own: OwnedStorage, rows: Rows) => Promise<unknown>, answer: unknown]>
>

const PAGE = { limit: 100 }
const NO_STATS = {
  clicks: 0,
  people: 0,
  bots: 0,
  uniques: 0,
  days: [],
  dimensions: { country: [], device: [], browser: [], referrer: [], language: [], rule: [] },
}

/** Hold for a stranger and for another project of the same plan subject. */
const OF_PROJECTS: Questions = {
  'links.get': [({ links }, { link }) => links.get(link.id), undefined],
  'links.get by number': [({ links }, { link }) => links.get(link.seq), undefined],
  'links.list': [({ links }) => links.list({ includeArchived: true }, PAGE), { items: [], next: null }],
  'links.update': [({ links }, { link }) => links.update(link.id, { title: 'theirs' }), undefined],
  'links.update by number': [({ links }, { link }) => links.update(link.seq, { title: 'theirs' }), undefined],
  'links.delete': [({ links }, { link }) => links.delete(link.id, NOW), undefined],
  'links.delete by number': [({ links }, { link }) => links.delete(link.seq, NOW), undefined],
  'rules.get': [({ rules }, { rule }) => rules.get(rule.id), undefined],
  'rules.list': [({ rules }, { link }) => rules.list(link.id), undefined],
  'rules.append': [({ rules }, { rule, id }) => rules.append({ ...rule, id }, 100), undefined],
  'rules.append to a full link': [({ rules }, { rule, id }) => rules.append({ ...rule, id }, 1), undefined],
  'rules.update': [({ rules }, { rule }) => rules.update(rule.id, { updatedAt: NOW + 1 }), undefined],
  'rules.delete': [({ rules }, { rule }) => rules.delete(rule.id), undefined],
  'rules.reorder': [({ rules }, { link, rule }) => rules.reorder(link.id, [rule.id], NOW + 1), undefined],
  'rules.reorder of nothing': [({ rules }, { link }) => rules.reorder(link.id, [], NOW + 1), undefined],
  'tokens.get': [({ tokens }, { token }) => tokens.get(token.id), undefined],
  'tokens.list': [({ tokens }) => tokens.list(PAGE), { items: [], next: null }],
  'tokens.revoke': [({ tokens }, { token }) => tokens.revoke(token.id, NOW), undefined],
  'keys.list': [({ keys }) => keys.list(), []],
  'keys.retire': [({ keys }, { key }) => keys.retire(key.id, NOW), undefined],
  'stats.read': [({ stats }, { link }) => stats.read(link.id, NOW, NOW), NO_STATS],
}

/** Hold for a stranger only: a plan subject shares these among its projects. */
const OF_SUBJECTS: Questions = {
  'domains.get': [({ domains }, { domain }) => domains.get(domain.id), undefined],
  'domains.list': [({ domains }) => domains.list(PAGE), { items: [], next: null }],
  'domains.verify': [({ domains }, { domain }) => domains.verify(domain.id, NOW), undefined],
  'usage.read': [({ usage }) => usage.read('links', '2026-11'), 0],
}

export const scope: Subject = (test) => {
  for (const [name, [ask, answer]] of Object.entries({ ...OF_PROJECTS, ...OF_SUBJECTS })) {
    test(`a stranger's ${name} finds nothing and changes nothing`, async (world) => {
      const rows = await addRows(world)
      const before = await readRows(world, rows)
      const stranger = await world.addOwner()
      expect(await ask(world.storage.of(stranger), rows)).toEqual(answer)
      expect(await readRows(world, rows)).toEqual(before)
    })
  }

  test('another project of the same plan subject is a stranger to rows of projects', async (world) => {
    const rows = await addRows(world)
    const before = await readRows(world, rows)
    const sibling = world.storage.of(await world.addOwner(rows.owner.subject))
    for (const [name, [ask, answer]] of Object.entries(OF_PROJECTS))
      expect(await ask(sibling, rows), name).toEqual(answer)
    expect(await readRows(world, rows)).toEqual(before)
  })

  test('a project with a made-up subject is not the project', async (world) => {
    const rows = await addRows(world)
    const impostor = world.storage.of({ id: world.id(), subject: rows.owner.subject })
    expect(await impostor.links.get(rows.link.id)).toBeUndefined()
    expect(await impostor.tokens.get(rows.token.id)).toBeUndefined()
    expect((await impostor.links.list({}, PAGE)).items).toEqual([])
  })

  test('an owner whose id is odd has no rows', async (world) => {
    await addRows(world)
    for (const id of ['', '%', '__proto__', "' or 1=1 --"]) {
      const odd = world.storage.of({ id, subject: id })
      expect(await odd.links.list({ includeArchived: true }, PAGE)).toEqual({ items: [], next: null })
      expect(await odd.domains.list(PAGE)).toEqual({ items: [], next: null })
      expect(await odd.keys.list()).toEqual([])
    }
  })

  test('a token, domain or key that names another owner never becomes one of theirs', async (world) => {
    const [a, b] = [await world.addOwner(), await world.addOwner()]
    const own = world.storage.of(a)
    const theirs = world.token(b)
    await Promise.allSettled([
      own.tokens.insert(theirs, { hash: theirs.id, slowHash: null }, null),
      own.domains.insert(world.domainRow(b)),
      own.keys.rotate(world.key(b)),
      own.keys.insertFirst(world.key(b)),
    ])
    expect((await world.storage.of(b).tokens.list(PAGE)).items).toEqual([])
    expect((await world.storage.of(b).domains.list(PAGE)).items).toEqual([])
    expect(await world.storage.of(b).keys.list()).toEqual([])
  })
}

type Rows = Awaited<ReturnType<typeof addRows>>

async function addRows(world: World) {
  const owner = await world.addOwner()
  const own = world.storage.of(owner)
  const link = await world.addLink(owner, { screening: 'clear', maxClicks: 5 })
  const rule = await world.addRule(owner, link.id)
  const domain = await world.addDomain(owner)
  const token = world.token(owner)
  await own.tokens.insert(token, { hash: token.id, slowHash: null }, null)
  const key = world.key(owner)
  await own.keys.rotate(key)
  await own.usage.set('links', '2026-11', 3)
  await world.storage.open.clicks.append([world.click(link.id)], [])
  return { owner, link, rule, domain, token, key, id: world.id() }
}

/** All that the owner has, to see that it stays as it is. */
async function readRows({ storage }: World, { owner, link }: Rows) {
  const own = storage.of(owner)
  return {
    links: await own.links.list({ includeArchived: true }, PAGE),
    rules: await own.rules.list(link.id),
    domains: await own.domains.list(PAGE),
    tokens: await own.tokens.list(PAGE),
    keys: await own.keys.list(),
    used: await own.usage.read('links', '2026-11'),
    stats: await own.stats.read(link.id, NOW, NOW),
  }
}
