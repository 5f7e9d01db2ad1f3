// Tokens: found by digest, capped exactly, revoked for good.
import type { Owner } from '@linkwright/core'
import { expect } from 'vitest'
import type { Subject } from './subject.ts'
import { NOW, parallel, type World } from './world.ts'

export const tokens: Subject = (test) => {
  test('a token comes back as it was inserted', async (world) => {
    const owner = await world.addOwner()
    const { tokens } = world.storage.of(owner)
    const rows = [
      world.token(owner),
      world.token(owner, { name: 'Ünïcode 🔑', scopes: [], expiresAt: NOW + 1, lastUsedAt: NOW, revokedAt: NOW }),
    ]
    for (const token of rows) {
      expect(await tokens.insert(token, { hash: `hash-${token.id}`, slowHash: null }, null)).toBe(true)
      expect(await tokens.get(token.id)).toEqual(token)
    }
    expect((await tokens.list({ limit: 10 })).items).toEqual(rows.toReversed())
    for (const missing of [world.id(), '', '__proto__']) expect(await tokens.get(missing)).toBeUndefined()
  })

  test('a digest finds its token with owner and plan', async (world) => {
    const { storage } = world
    const owner = await world.addOwner()
    const token = world.token(owner)
    const secret = { hash: `hash-${token.id}`, slowHash: '$argon2id$v=19$slow' }
    await storage.of(owner).tokens.insert(token, secret, null)
    expect(await storage.open.tokens.byHash(secret.hash)).toEqual({ ...secret, token, owner, plan: 'premium' })
    await storage.directory.updateUser(owner.subject, { plan: 'growth' })
    expect((await storage.open.tokens.byHash(secret.hash))?.plan).toBe('growth')
    for (const hash of ['', '__proto__', `${secret.hash}x`, secret.hash.toUpperCase()]) {
      expect(await storage.open.tokens.byHash(hash)).toBeUndefined()
    }
  })

  test('a token of a user who is not in the directory has no plan', async (world) => {
    const owner = await world.addOwner()
    const token = world.token(owner, { userId: world.id() })
    await world.storage.of(owner).tokens.insert(token, { hash: token.id, slowHash: null }, null)
    expect(await world.storage.open.tokens.byHash(token.id)).toMatchObject({ token, plan: null, slowHash: null })
  })

  test('two tokens cannot share a digest', async (world) => {
    const [a, b] = [await world.addOwner(), await world.addOwner()]
    const secret = { hash: `hash-${world.id()}`, slowHash: null }
    const first = world.token(a)
    await world.storage.of(a).tokens.insert(first, secret, null)
    await expect(world.storage.of(b).tokens.insert(world.token(b), secret, null)).rejects.toThrow()
    expect((await world.storage.open.tokens.byHash(secret.hash))?.token).toEqual(first)
    expect((await world.storage.of(b).tokens.list({ limit: 10 })).items).toEqual([])
  })

  test('a revoked token says when, for good', async (world) => {
    const owner = await world.addOwner()
    const { tokens } = world.storage.of(owner)
    const [first, second, left] = [await add(world, owner), await add(world, owner), await add(world, owner)]
    expect(await tokens.revoke(first.id, NOW + 1)).toEqual({ ...first, revokedAt: NOW + 1 })
    expect(await tokens.revoke(first.id, NOW + 2)).toEqual({ ...first, revokedAt: NOW + 1 })
    expect(await world.storage.open.tokens.revoke(second.id, NOW + 3)).toEqual({ ...second, revokedAt: NOW + 3 })
    expect(await world.storage.open.tokens.revoke(second.id, NOW + 4)).toEqual({ ...second, revokedAt: NOW + 3 })
    expect((await world.storage.open.tokens.byHash(first.id))?.token.revokedAt).toBe(NOW + 1)
    expect(await tokens.get(left.id)).toEqual(left)
    expect(await tokens.revoke(world.id(), NOW)).toBeUndefined()
    expect(await world.storage.open.tokens.revoke(world.id(), NOW)).toBeUndefined()
  })

  test('uses are noted, and bring nothing back', async (world) => {
    const owner = await world.addOwner()
    const { tokens } = world.storage.of(owner)
    const [used, revoked, unused] = [await add(world, owner), await add(world, owner), await add(world, owner)]
    await tokens.revoke(revoked.id, NOW)
    const missing = world.id()
    await world.storage.open.tokens.touch(new Map([used.id, revoked.id, missing].map((id) => [id, NOW + 5])))
    expect(await tokens.get(used.id)).toEqual({ ...used, lastUsedAt: NOW + 5 })
    expect(await tokens.get(revoked.id)).toEqual({ ...revoked, revokedAt: NOW, lastUsedAt: NOW + 5 })
    expect(await tokens.get(unused.id)).toEqual(unused)
    expect(await tokens.get(missing)).toBeUndefined()
    await world.storage.open.tokens.touch(new Map())
    expect((await tokens.list({ limit: 10 })).items).toHaveLength(3)
  })

  test('the cap counts what is active, in all projects of the plan subject', async (world) => {
    const owner = await world.addOwner()
    const sibling = await world.addOwner(owner.subject)
    const other = await world.addOwner()
    await add(world, other)
    await add(world, owner, { expiresAt: NOW })
    await add(world, owner, { revokedAt: NOW - 1 })
    expect(await tryAdd(world, owner, 0)).toBe(false)
    expect(await tryAdd(world, owner, 2)).toBe(true)
    await add(world, sibling, { expiresAt: NOW + 1 })
    expect(await tryAdd(world, owner, 2)).toBe(false)
    expect(await tryAdd(world, sibling, 2)).toBe(false)
    expect(await tryAdd(world, other, 2)).toBe(true)
    expect(await tryAdd(world, owner, 2, NOW + 1)).toBe(true)
    expect(await tryAdd(world, owner, null)).toBe(true)
  })

  test('a refused token leaves nothing', async (world) => {
    const owner = await world.addOwner()
    const token = world.token(owner)
    expect(await world.storage.of(owner).tokens.insert(token, { hash: token.id, slowHash: null }, 0)).toBe(false)
    expect(await world.storage.of(owner).tokens.get(token.id)).toBeUndefined()
    expect(await world.storage.open.tokens.byHash(token.id)).toBeUndefined()
  })

  test('revoking makes room under the cap', async (world) => {
    const owner = await world.addOwner()
    const first = await add(world, owner)
    expect(await tryAdd(world, owner, 1)).toBe(false)
    await world.storage.of(owner).tokens.revoke(first.id, NOW)
    expect(await tryAdd(world, owner, 1)).toBe(true)
  })

  test('of a hundred at once exactly the cap is made', async (world) => {
    const owner = await world.addOwner()
    const sibling = await world.addOwner(owner.subject)
    const made = await parallel(100, (index) => tryAdd(world, index % 2 === 0 ? owner : sibling, 5))
    expect(made.filter(Boolean)).toHaveLength(5)
    const lists = await Promise.all([owner, sibling].map((own) => world.storage.of(own).tokens.list({ limit: 100 })))
    expect(lists.flatMap(({ items }) => items)).toHaveLength(5)
  })
}

async function add(world: World, owner: Owner, fields?: Parameters<World['token']>[1]) {
  const token = world.token(owner, fields)
  expect(await world.storage.of(owner).tokens.insert(token, { hash: token.id, slowHash: null }, null)).toBe(true)
  return token
}

function tryAdd(world: World, owner: Owner, cap: number | null, createdAt = NOW): Promise<boolean> {
  const token = world.token(owner, { createdAt })
  return world.storage.of(owner).tokens.insert(token, { hash: token.id, slowHash: null }, cap)
}
