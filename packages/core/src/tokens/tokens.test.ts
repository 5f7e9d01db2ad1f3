// Tokens as callers meet them: what may be minted, what passes, and what each verification costs.

import { memory } from '@linkwright/storage-memory'
import { describe, expect, test } from 'vitest'
import { ALICE, BOB, callerOf, codeOf, createWorld, failureOf, seeded } from '../../test/world.ts'
import type { Scope } from '../caller.ts'
import { PLANS } from '../plan.ts'
import type { Storage } from '../storage.ts'
import { defaultProfile, formatToken, hashToken, topsnappProfile } from './index.ts'

const input = { name: 'CI', scopes: ['links:read'] as Scope[] }

/** Counts the look-ups by digest and the writes of last use. */
function counting(storage: Storage) {
  const counts = { byHash: 0, touched: [] as string[][] }
  const { tokens } = storage.open
  const open = {
    ...storage.open,
    tokens: {
      ...tokens,
      byHash: (hash: string) => {
        counts.byHash++
        return tokens.byHash(hash)
      },
      touch: (uses: ReadonlyMap<string, number>) => {
        counts.touched.push([...uses.keys()])
        return tokens.touch(uses)
      },
    },
  }
  return { counts, storage: { ...storage, open } }
}

describe('minting', () => {
  test('shows the token once, and keeps a digest', async () => {
    const { core, time } = createWorld()
    const minted = await core.tokens.mint(ALICE, { ...input, scopes: ['links:write', 'links:read', 'links:read'] })
    expect(minted.text).toMatch(/^lw_pk_[0-9A-Za-z]{49}$/)
    expect(minted).toMatchObject({
      prefix: minted.text.slice(0, 12),
      scopes: ['links:read', 'links:write'],
      userId: 'user-alice',
      createdAt: time.now,
      expiresAt: null,
      lastUsedAt: null,
    })
    const kept = (await core.tokens.list(ALICE.owner, { limit: 9 })).items
    expect(kept).toHaveLength(1)
    expect(JSON.stringify(kept)).not.toContain(minted.text)
    expect(await core.tokens.verify(minted.text)).toMatchObject({ owner: ALICE.owner, hash: hashToken(minted.text) })
  })

  test('gives at most what the minter has', async () => {
    const { core } = createWorld()
    const reader = callerOf('alice', { scopes: new Set<Scope>(['links:read']) })
    expect((await core.tokens.mint(reader, input)).scopes).toEqual(['links:read'])
    const more = core.tokens.mint(reader, { ...input, scopes: ['links:read', 'rules:write'] })
    expect(await codeOf(more)).toBe('INSUFFICIENT_SCOPE')
  })

  test('refuses what is wrong without repeating it', async () => {
    const { core } = createWorld()
    const wrong = [
      { ...input, scopes: [] },
      { ...input, scopes: ['*' as Scope] },
      { ...input, scopes: ['links:read,links:write' as Scope] },
      { ...input, name: '' },
      { ...input, name: 'x'.repeat(121) },
      { ...input, expiresInSeconds: 0 },
      { ...input, expiresInSeconds: 1.5 },
      { ...input, expiresInSeconds: 1e10 },
      { ...input, expiresInSeconds: Number.NaN },
    ]
    for (const each of wrong) {
      expect(await codeOf(core.tokens.mint(ALICE, each))).toBe('VALIDATION_ERROR')
      expect(await codeOf(core.tokens.issue(ALICE.owner, 'user-alice', each))).toBe('VALIDATION_ERROR')
    }
    const error = await failureOf(core.tokens.mint(ALICE, { ...input, scopes: ['evil' as Scope] }))
    expect(error.message).not.toContain('evil')
  })

  test('stops at the plan’s cap, however parallel; operators do not', async () => {
    const { core } = createWorld()
    const growth = callerOf('alice', { plan: PLANS.growth })
    const results = await Promise.allSettled(Array.from({ length: 12 }, () => core.tokens.mint(growth, input)))
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(5)
    const sibling = { ...growth, owner: { id: 'project-2', subject: 'user-alice' } }
    expect(await codeOf(core.tokens.mint(sibling, input))).toBe('PLAN_LIMIT_EXCEEDED')
    expect((await core.tokens.issue(growth.owner, 'user-alice', input)).text).toMatch(/^lw_pk_/)
    expect(await codeOf(core.tokens.mint(callerOf('bob', { plan: PLANS.free }), input))).toBe('PLAN_LIMIT_EXCEEDED')
  })

  test('revoked and expired tokens make room', async () => {
    const { core, time } = createWorld()
    const one = callerOf('alice', { plan: { ...PLANS.growth, tokens: 1 } })
    const first = await core.tokens.mint(one, input)
    await core.tokens.revoke(ALICE.owner, first.id)
    await core.tokens.mint(one, { ...input, expiresInSeconds: 1 })
    expect(await codeOf(core.tokens.mint(one, input))).toBe('PLAN_LIMIT_EXCEEDED')
    time.now += 1000
    expect((await core.tokens.mint(one, input)).expiresAt).toBeNull()
  })
})

describe('verifying', () => {
  test('ends at the very millisecond of expiry', async () => {
    const { core, time } = createWorld()
    const { text } = await core.tokens.mint(ALICE, { ...input, expiresInSeconds: 60 })
    time.now += 59_999
    expect(await core.tokens.verify(text)).toBeDefined()
    time.now += 1
    expect(await core.tokens.verify(text)).toBeUndefined()
  })

  test('ends with the revocation, which only the owner can make, and which keeps its time', async () => {
    const { core, time } = createWorld()
    const { id, text } = await core.tokens.mint(ALICE, input)
    expect(await codeOf(core.tokens.revoke(BOB.owner, id))).toBe('NOT_FOUND')
    expect(await core.tokens.verify(text)).toBeDefined()
    const { revokedAt } = await core.tokens.revoke(ALICE.owner, id)
    expect(await core.tokens.verify(text)).toBeUndefined()
    time.now += 5
    expect((await core.tokens.revokeAny(id)).revokedAt).toBe(revokedAt)
    expect(await codeOf(core.tokens.revokeAny('nowhere'))).toBe('NOT_FOUND')
  })

  test('refuses junk without a look-up, and anything else with one', async () => {
    const { counts, storage } = counting(memory())
    const { core } = createWorld({ storage })
    const { text } = await core.tokens.mint(ALICE, input)
    const swapped = text.slice(0, -8) + text.slice(-7, -6) + text.slice(-8, -7) + text.slice(-6)
    const junk = [
      '',
      'x',
      text.slice(0, -1),
      `${text}x`,
      text.toLowerCase(),
      ` ${text}`,
      hashToken(text),
      text.slice(0, 12),
      swapped,
    ]
    for (const each of junk) if (each !== text) expect(await core.tokens.verify(each)).toBeUndefined()
    expect(counts.byHash).toBe(0)
    expect(await core.tokens.verify(formatToken(defaultProfile(), seeded(99)(32)))).toBeUndefined()
    expect(await core.tokens.verify(text)).toBeDefined()
    expect(counts.byHash).toBe(2)
    expect([core.tokens.isOurs('lw_pk_junk'), core.tokens.isOurs('sk_live')]).toEqual([true, false])
  })

  test('notes the last use at most once a minute, when it is flushed', async () => {
    const { counts, storage } = counting(memory())
    const { core, time } = createWorld({ storage })
    const { id, text } = await core.tokens.mint(ALICE, input)
    const lastUsed = async () => (await storage.of(ALICE.owner).tokens.get(id))?.lastUsedAt
    const first = time.now
    for (let i = 0; i < 3; i++) await core.tokens.verify(text)
    expect(await lastUsed()).toBeNull()
    await core.tokens.flush()
    expect(await lastUsed()).toBe(first)
    time.now += 59_999
    await core.tokens.verify(text)
    await core.tokens.flush()
    expect(await lastUsed()).toBe(first)
    time.now += 1
    await core.tokens.verify(text)
    await core.tokens.flush()
    expect(await lastUsed()).toBe(first + 60_000)
    expect(counts.touched).toEqual([[id], [id]])
    await core.tokens.revoke(ALICE.owner, id)
    time.now += 60_000
    await core.tokens.verify(text)
    await core.tokens.flush()
    expect(counts.touched).toHaveLength(2)
  })

  test('under a pepper the table alone finds nothing', async () => {
    const storage = memory()
    const { core } = createWorld({ storage, pepper: 'pepper' })
    const { text } = await core.tokens.mint(ALICE, input)
    expect(await core.tokens.verify(text)).toMatchObject({ hash: hashToken(text, 'pepper') })
    expect(await createWorld({ storage }).core.tokens.verify(text)).toBeUndefined()
    expect(await createWorld({ storage, pepper: 'other' }).core.tokens.verify(text)).toBeUndefined()
  })
})

describe('the profile of keys with a slow hash', () => {
  test('finds by a peppered column and decides by the slow hash', async () => {
    const storage = memory()
    const asked: string[] = []
    const hashSlow = {
      hash: async (text: string) => `slow:${text.length}`,
      verify: async (hash: string, text: string) => {
        asked.push(hash)
        return hash === `slow:${text.length}`
      },
    }
    const { core } = createWorld({ storage, profile: topsnappProfile, hashSlow })
    const { text, prefix, scopes } = await core.tokens.mint(ALICE, { name: 'Phone', scopes: [] })
    expect(text).toMatch(/^topsnapp_sk_[\w-]{48}$/)
    expect([prefix, scopes.length]).toEqual([text.slice(0, 20), 6])
    expect(await core.tokens.verify(text)).toMatchObject({ slowHash: 'slow:60' })
    expect(await storage.open.tokens.byHash(hashToken(text))).toBeUndefined()
    expect(await core.tokens.verify(formatToken(topsnappProfile, seeded(5)(36)))).toBeUndefined()
    expect(asked).toEqual(['slow:60'])
    const stricter = { ...hashSlow, verify: async () => false }
    const other = createWorld({ storage, profile: topsnappProfile, hashSlow: stricter })
    expect(await other.core.tokens.verify(text)).toBeUndefined()
  })

  test('ten a user, and no more rights than the minter’s', async () => {
    const { core } = createWorld({ profile: topsnappProfile })
    const reader = callerOf('alice', { scopes: new Set<Scope>(['links:read']) })
    expect(await codeOf(core.tokens.mint(reader, input))).toBe('INSUFFICIENT_SCOPE')
    for (let i = 0; i < 10; i++) await core.tokens.mint(ALICE, input)
    expect(await codeOf(core.tokens.mint(ALICE, input))).toBe('PLAN_LIMIT_EXCEEDED')
  })
})
