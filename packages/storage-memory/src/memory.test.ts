// The memory storage under the suites that every storage must pass, and what it promises beyond them.
import { ownersModel, storageSuite } from '@linkwright/conformance'
import { linkRow, OWNER } from '@linkwright/conformance/sample'
import { createIds, type Storage } from '@linkwright/core'
import { describe, expect, test } from 'vitest'
import { memory } from './index.ts'

storageSuite({ name: 'memory', open: async () => memory() })
ownersModel({ name: 'memory', open: memory, reference: memory })

const NOW = Date.UTC(2026, 10, 22)
const id = createIds(
  () => NOW,
  () => new Uint8Array(1),
)

describe('reads', () => {
  test('what redirects ask is answered without waiting', async () => {
    const storage = memory()
    const link = await insert(storage, 'promo')
    expect(storage.open.snapshots.get(null, 'promo')).toEqual({ link, rules: [], keys: [] })
    expect(storage.open.domains.byHost('go.example.com')).toBeUndefined()
    expect(storage.open.tokens.byHash('hash')).toBeUndefined()
  })

  test('the outer storage shows what is committed, and never waits for a transaction', async () => {
    const storage = memory()
    await storage.transaction(async (inner) => {
      const link = await insert(inner, 'promo')
      expect(await storage.of(OWNER).links.get(link.id)).toBeUndefined()
      expect(storage.open.snapshots.get(null, 'promo')).toBeUndefined()
    })
    expect(storage.open.snapshots.get(null, 'promo')).toBeDefined()
  })

  test('rows are frozen, and copies of what was given', async () => {
    const storage = memory()
    const link = await insert(storage, 'promo')
    const value = ['DE']
    const row = { id: id(), linkId: link.id, field: 'country', operator: 'in', value } as const
    const more = { conditions: null, redirectUrl: 'https://example.com/', createdAt: NOW, updatedAt: NOW }
    await storage.of(OWNER).rules.append({ ...row, ...more }, 10)
    value.push('AT')
    const [rule] = (await storage.of(OWNER).rules.list(link.id)) ?? []
    expect(rule?.value).toEqual(['DE'])
    expect([link, rule, rule?.value].every(Object.isFrozen)).toBe(true)
  })
})

describe('transactions', () => {
  test('a write that comes after the end of its transaction is refused', async () => {
    const storage = memory()
    const ended = await storage.transaction(async (inner) => inner)
    await expect(insert(ended, 'promo')).rejects.toThrow('This transaction has ended')
    await expect(ended.transaction((inner) => insert(inner, 'promo'))).rejects.toThrow('This transaction has ended')
    expect(storage.open.snapshots.get(null, 'promo')).toBeUndefined()
  })

  test('a failed one does not hold up the next', async () => {
    const storage = memory()
    const failed = storage.transaction(() => Promise.reject(new Error('undo')))
    const link = insert(storage, 'promo')
    await expect(failed).rejects.toThrow('undo')
    expect((await link).slug).toBe('promo')
  })
})

function insert(storage: Storage, slug: string) {
  const link = linkRow({ id: id(), slug })
  return storage.of(OWNER).links.insert({ link, slugKey: slug, tombstonesSince: 0 })
}
