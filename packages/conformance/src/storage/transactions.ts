// Transactions: whole or not at all, and as if one after the other.
import type { Owner, Storage } from '@linkwright/core'
import { expect } from 'vitest'
import type { Subject } from './subject.ts'
import { NOW, parallel, TOMBSTONES_SINCE, type World } from './world.ts'

const PAGE = { limit: 100 }

export const transactions: Subject = (test) => {
  test('a transaction gives what its work gives, and keeps what it wrote', async (world) => {
    const owner = await world.addOwner()
    const row = world.linkRow(owner)
    const link = await world.storage.transaction(async (storage) => {
      const link = await storage.of(owner).links.insert(world.newLink(row))
      expect(await storage.of(owner).links.get(row.id)).toEqual(link)
      expect((await storage.open.snapshots.get(null, row.slug))?.link).toEqual(link)
      expect((await storage.of(owner).links.list({}, PAGE)).items).toEqual([link])
      return link
    })
    expect(await world.storage.of(owner).links.get(row.id)).toEqual(link)
  })

  test('a throw leaves nothing', async (world) => {
    const owner = await world.addOwner()
    const link = await world.addLink(owner, { maxClicks: 1 })
    const rule = await world.addRule(owner, link.id)
    const domain = await world.addDomain(owner)
    const read = () => readAll(world, owner, link.id)
    const before = await read()
    const failure = new Error('undo this')
    const written = writeEverything(world, owner, { link: link.id, rule: rule.id, domain: domain.id })
    const attempt = world.storage.transaction(async (storage) => {
      await written.write(storage)
      throw failure
    })
    await expect(attempt).rejects.toBe(failure)
    expect(await read()).toEqual(before)
    await written.expectNothing()
    // The very same writes go through afterwards: nothing was left to stand in their way.
    await world.storage.transaction((storage) => written.write(storage))
    expect(await read()).not.toEqual(before)
  })

  test('a delete that is undone leaves link, rules and statistics', async (world) => {
    const owner = await world.addOwner()
    const link = await world.addLink(owner)
    await world.addRule(owner, link.id)
    await world.storage.open.clicks.append([world.click(link.id)], [])
    const before = await readAll(world, owner, link.id)
    const attempt = world.storage.transaction(async (storage) => {
      expect((await storage.of(owner).links.delete(link.id, NOW))?.id).toBe(link.id)
      expect(await storage.of(owner).links.get(link.id)).toBeUndefined()
      throw new Error('undo this')
    })
    await expect(attempt).rejects.toThrow('undo this')
    expect(await readAll(world, owner, link.id)).toEqual(before)
    expect(await world.storage.of(owner).links.isFree(null, link.slug, TOMBSTONES_SINCE)).toBe(false)
  })

  test('twenty at once that read and then write lose nothing', async (world) => {
    const owner = await world.addOwner()
    await parallel(20, () =>
      world.storage.transaction(async (storage) => {
        const { usage } = storage.of(owner)
        const used = await usage.read('links', '2026-11')
        await Promise.resolve()
        await usage.set('links', '2026-11', used + 1)
      }),
    )
    expect(await world.storage.of(owner).usage.read('links', '2026-11')).toBe(20)
  })

  test('of twenty at once those that throw undo only their own', async (world) => {
    const owner = await world.addOwner()
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) =>
        world.storage.transaction(async (storage) => {
          const { usage } = storage.of(owner)
          await usage.set('links', '2026-11', (await usage.read('links', '2026-11')) + 1)
          if (n % 2 === 0) throw new Error('undo this')
        }),
      ),
    )
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(10)
    expect(await world.storage.of(owner).usage.read('links', '2026-11')).toBe(10)
  })

  test('a write from outside is not undone with a transaction', async (world) => {
    const owner = await world.addOwner()
    let outside: Promise<unknown> = Promise.resolve()
    const attempt = world.storage.transaction(async (storage) => {
      await storage.of(owner).usage.set('links', '2026-10', 1)
      outside = world.storage.of(owner).usage.reserve('links', '2026-11', 10, 1)
      await storage.of(owner).usage.set('links', '2026-10', 2)
      throw new Error('undo this')
    })
    await expect(attempt).rejects.toThrow('undo this')
    expect(await outside).toBe(1)
    expect(await world.storage.of(owner).usage.read('links', '2026-11')).toBe(1)
    expect(await world.storage.of(owner).usage.read('links', '2026-10')).toBe(0)
  })

  test('a transaction inside a transaction undoes its own part', async (world) => {
    const owner = await world.addOwner()
    const reserve = (storage: Storage, period: string) => storage.of(owner).usage.reserve('links', period, 10, 1)
    await world.storage.transaction(async (storage) => {
      await reserve(storage, '2026-01')
      const part = storage.transaction(async (storage) => {
        await reserve(storage, '2026-02')
        throw new Error('undo this part')
      })
      await expect(part).rejects.toThrow('undo this part')
      await storage.transaction((storage) => reserve(storage, '2026-03'))
    })
    const { usage } = world.storage.of(owner)
    const used = await Promise.all(['2026-01', '2026-02', '2026-03'].map((period) => usage.read('links', period)))
    expect(used).toEqual([1, 0, 1])
  })

  test('a transaction inside one that is undone is undone', async (world) => {
    const owner = await world.addOwner()
    const attempt = world.storage.transaction(async (storage) => {
      await storage.transaction((storage) => storage.of(owner).usage.reserve('links', '2026-11', 10, 1))
      throw new Error('undo this')
    })
    await expect(attempt).rejects.toThrow('undo this')
    expect(await world.storage.of(owner).usage.read('links', '2026-11')).toBe(0)
  })
}

/** A write of every kind, and the question whether any of it is left outside of the owner's lists. */
function writeEverything(world: World, owner: Owner, ids: { link: string; rule: string; domain: string }) {
  const [link, domain, token] = [world.linkRow(owner), world.domainRow(owner), world.token(owner)]
  const [user, project, day] = [world.id(), world.id(), world.id()]
  const reply = { key: 'key', fingerprint: '', status: 201, body: '{}', sealed: false, createdAt: NOW }
  return {
    async write(storage: Storage): Promise<void> {
      const own = storage.of(owner)
      await own.links.insert(world.newLink(link))
      await own.links.update(ids.link, { title: 'changed', updatedAt: NOW + 1 })
      await own.rules.append(world.ruleRow(ids.link), 10)
      await own.rules.update(ids.rule, { redirectUrl: 'https://example.org/', updatedAt: NOW + 1 })
      await own.domains.insert(domain)
      await own.domains.verify(ids.domain, NOW)
      await own.tokens.insert(token, { hash: token.id, slowHash: null }, 1)
      await own.keys.rotate(world.key(owner))
      await own.usage.reserve('links', '2026-11', 1, 1)
      expect(await storage.open.keys.consumeNonce(owner.id, 'nonce', NOW)).toBe(true)
      expect(await storage.open.links.claimClick(ids.link)).toBe(true)
      expect(await storage.open.idempotency.save({ ...reply, scope: owner.id })).toBe(true)
      await storage.open.clicks.append([world.click(ids.link)], [{ id: world.id(), at: NOW, host: 'x', slug: 'x' }])
      expect(await storage.open.clicks.salt(day, 'salt')).toBe('salt')
      await storage.open.announce({ kind: 'link', domainId: null, slug: link.slug })
      expect(await storage.directory.insertUser({ id: user, email: user, plan: 'free', createdAt: NOW })).toBe(true)
      await storage.directory.ensureProject({ id: project, subject: user, name: 'Project', createdAt: NOW })
    },
    async expectNothing(): Promise<void> {
      const { open, directory } = world.storage
      expect(await open.snapshots.get(null, link.slug)).toBeUndefined()
      expect(await open.tokens.byHash(token.id)).toBeUndefined()
      expect(await open.idempotency.find(owner.id, 'key')).toBeUndefined()
      expect(await open.domains.get(domain.id)).toBeUndefined()
      expect(await directory.user(user)).toBeUndefined()
      expect(await directory.project(project)).toBeUndefined()
    },
  }
}

async function readAll({ storage }: World, owner: Owner, linkId: string) {
  const own = storage.of(owner)
  return {
    links: await own.links.list({ includeArchived: true }, PAGE),
    rules: await own.rules.list(linkId),
    domains: await own.domains.list(PAGE),
    tokens: await own.tokens.list(PAGE),
    keys: await own.keys.list(),
    used: await own.usage.read('links', '2026-11'),
    stats: await own.stats.read(linkId, NOW, NOW),
  }
}
