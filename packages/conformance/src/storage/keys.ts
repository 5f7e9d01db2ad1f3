// Signing keys, two active at most, and nonces that pass once.
import { expect } from 'vitest'
import type { Subject } from './subject.ts'
import { NOW, parallel } from './world.ts'

export const keys: Subject = (test) => {
  test('keys come newest first', async ({ storage, addOwner, key }) => {
    const owner = await addOwner()
    const { keys } = storage.of(owner)
    expect(await keys.list()).toEqual([])
    const [first, second] = [key(owner), key(owner, { createdAt: NOW + 1, sealed: 'v1.ünïcode' })]
    await keys.rotate(first)
    expect(await keys.list()).toEqual([first])
    await keys.rotate(second)
    expect(await keys.list()).toEqual([second, first])
  })

  test('rotating leaves two active at most', async ({ storage, addOwner, key }) => {
    const owner = await addOwner()
    const { keys } = storage.of(owner)
    const rows = [0, 1, 2, 3].map((n) => key(owner, { createdAt: NOW + n }))
    for (const row of rows) await keys.rotate(row)
    const list = await keys.list()
    expect(list.map(({ id }) => id)).toEqual(rows.map(({ id }) => id).toReversed())
    expect(list.map(({ retiredAt }) => retiredAt === null)).toEqual([true, true, false, false])
  })

  test('rotating twenty at once leaves two active', async ({ storage, addOwner, key }) => {
    const owner = await addOwner()
    const { keys } = storage.of(owner)
    await parallel(20, (n) => keys.rotate(key(owner, { createdAt: NOW + n })))
    const list = await keys.list()
    expect(list).toHaveLength(20)
    expect(list.filter(({ retiredAt }) => retiredAt === null)).toHaveLength(2)
  })

  test('a retired key stays retired and in the list', async ({ storage, id, addOwner, key }) => {
    const owner = await addOwner()
    const { keys } = storage.of(owner)
    const row = key(owner)
    await keys.rotate(row)
    expect(await keys.retire(row.id, NOW + 1)).toEqual({ ...row, retiredAt: NOW + 1 })
    expect((await keys.retire(row.id, NOW + 2))?.retiredAt).not.toBeNull()
    expect(await keys.list()).toHaveLength(1)
    expect(await keys.retire(id(), NOW)).toBeUndefined()
  })

  test('of twenty first keys at once one is made', async ({ storage, addOwner, key }) => {
    const owner = await addOwner()
    const { keys } = storage.of(owner)
    await parallel(20, () => keys.insertFirst(key(owner)))
    const [first, ...more] = await keys.list()
    expect(more).toEqual([])
    await keys.retire(first!.id, NOW)
    await keys.insertFirst(key(owner, { createdAt: NOW + 1 }))
    expect(await keys.list()).toHaveLength(2)
  })

  test('owners may have keys of the same name', async ({ storage, addOwner, key }) => {
    const [a, b] = [await addOwner(), await addOwner()]
    const [ours, theirs] = [key(a, { id: 'k1', sealed: 'a' }), key(b, { id: 'k1', sealed: 'b' })]
    await storage.of(a).keys.insertFirst(ours)
    await storage.of(b).keys.insertFirst(theirs)
    await storage.of(a).keys.retire('k1', NOW)
    expect(await storage.of(b).keys.list()).toEqual([theirs])
  })

  test('a nonce passes once per owner', async ({ storage, addOwner }) => {
    const [a, b] = [await addOwner(), await addOwner()]
    const { consumeNonce } = storage.open.keys
    const answers = await parallel(50, () => consumeNonce(a.id, 'nonce', NOW + 1000))
    expect(answers.filter(Boolean)).toHaveLength(1)
    expect(await consumeNonce(b.id, 'nonce', NOW + 1000)).toBe(true)
    expect(await consumeNonce(a.id, 'Nonce', NOW + 1000)).toBe(true)
    expect(await consumeNonce(a.id, '__proto__', NOW + 1000)).toBe(true)
    expect(await consumeNonce(a.id, '__proto__', NOW + 2000)).toBe(false)
  })
}
