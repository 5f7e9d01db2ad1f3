// Writing: all or nothing, and what is stale is dropped when it is committed, not before.
import { expect, test } from 'vitest'
import { ALICE, createWorld } from '../test/world.ts'
import type { Change } from './channel.ts'
import { createCommit } from './commit.ts'

const change: Change = { kind: 'keys', ownerId: ALICE.owner.id }

function setUp() {
  const { storage } = createWorld()
  const dropped: (readonly Change[])[] = []
  const usage = storage.of(ALICE.owner).usage
  const commit = createCommit(storage, (changes) => void dropped.push(changes))
  return { commit, dropped, read: () => usage.read('links', '2026-11') }
}

test('the work and the reply commit together, then the changes are told once', async () => {
  const { commit, dropped, read } = setUp()
  const order: string[] = []
  const value = await commit(
    async (storage, changed) => {
      await storage.of(ALICE.owner).usage.set('links', '2026-11', 5)
      await changed(change)
      expect(dropped).toEqual([])
      order.push('work')
      return 'done'
    },
    async (storage, value) => {
      expect(await storage.of(ALICE.owner).usage.read('links', '2026-11')).toBe(5)
      expect(dropped).toEqual([])
      order.push(`finish ${value}`)
    },
  )
  expect(value).toBe('done')
  expect(order).toEqual(['work', 'finish done'])
  expect(dropped).toEqual([[change]])
  expect(await read()).toBe(5)
})

test('a reply that fails undoes the work, and nothing is dropped', async () => {
  const { commit, dropped, read } = setUp()
  const failing = commit(
    async (storage, changed) => {
      await storage.of(ALICE.owner).usage.set('links', '2026-11', 5)
      await changed(change)
    },
    async () => {
      throw new Error('no')
    },
  )
  await expect(failing).rejects.toThrow('no')
  expect(dropped).toEqual([])
  expect(await read()).toBe(0)
})

test('work without changes drops nothing', async () => {
  const { commit, dropped } = setUp()
  expect(await commit(async () => 1)).toBe(1)
  expect(dropped).toEqual([])
})
