// Usage: guarded counters, so that a limit holds exactly however many calls come at once.
import { expect } from 'vitest'
import type { Subject } from './subject.ts'
import { parallel } from './world.ts'

export const usage: Subject = (test) => {
  test('usage starts at nothing and adds up', async ({ storage, addOwner }) => {
    const { usage } = storage.of(await addOwner())
    expect(await usage.read('links', '2026-11')).toBe(0)
    expect(await usage.reserve('links', '2026-11', 10, 1)).toBe(1)
    expect(await usage.reserve('links', '2026-11', 10, 4)).toBe(5)
    expect(await usage.read('links', '2026-11')).toBe(5)
  })

  test('what would pass the limit takes nothing', async ({ storage, addOwner }) => {
    const { usage } = storage.of(await addOwner())
    expect(await usage.reserve('links', '2026-11', 0, 1)).toBeNull()
    expect(await usage.reserve('links', '2026-11', 5, 6)).toBeNull()
    expect(await usage.read('links', '2026-11')).toBe(0)
    expect(await usage.reserve('links', '2026-11', 5, 5)).toBe(5)
    expect(await usage.reserve('links', '2026-11', 5, 1)).toBeNull()
    expect(await usage.reserve('links', '2026-11', 3, 1)).toBeNull()
    expect(await usage.read('links', '2026-11')).toBe(5)
    expect(await usage.reserve('links', '2026-11', 6, 1)).toBe(6)
  })

  test('a value that is set is what counts from then on', async ({ storage, addOwner }) => {
    const { usage } = storage.of(await addOwner())
    await usage.set('links', '2026-11', 7)
    expect(await usage.read('links', '2026-11')).toBe(7)
    expect(await usage.reserve('links', '2026-11', 8, 1)).toBe(8)
    await usage.set('links', '2026-11', 0)
    expect(await usage.reserve('links', '2026-11', 8, 1)).toBe(1)
  })

  test('every period counts for itself', async ({ storage, addOwner }) => {
    const { usage } = storage.of(await addOwner())
    await usage.reserve('links', '2026-11', 1, 1)
    expect(await usage.reserve('links', '2026-12', 1, 1)).toBe(1)
    expect(await usage.reserve('links', '2026-11', 1, 1)).toBeNull()
  })

  test('every plan subject counts for itself, its projects together', async ({ storage, addOwner }) => {
    const [a, b] = [await addOwner(), await addOwner()]
    const sibling = await addOwner(a.subject)
    expect(await storage.of(a).usage.reserve('links', '2026-11', 2, 1)).toBe(1)
    expect(await storage.of(sibling).usage.reserve('links', '2026-11', 2, 1)).toBe(2)
    expect(await storage.of(a).usage.reserve('links', '2026-11', 2, 1)).toBeNull()
    expect(await storage.of(b).usage.read('links', '2026-11')).toBe(0)
    await storage.of(b).usage.set('links', '2026-11', 9)
    expect(await storage.of(sibling).usage.read('links', '2026-11')).toBe(2)
  })

  test('a hundred at once at one below the limit: exactly one passes', async ({ storage, addOwner }) => {
    const owner = await addOwner()
    await storage.of(owner).usage.set('links', '2026-11', 49)
    const answers = await parallel(100, () => storage.of(owner).usage.reserve('links', '2026-11', 50, 1))
    expect(answers.filter((total) => total !== null)).toEqual([50])
    expect(await storage.of(owner).usage.read('links', '2026-11')).toBe(50)
  })

  test('a first reservation is exact too, in transactions', async ({ storage, addOwner }) => {
    const owner = await addOwner()
    const answers = await parallel(40, () =>
      storage.transaction((storage) => storage.of(owner).usage.reserve('links', '2026-11', 9, 2)),
    )
    expect(answers.filter((total) => total !== null).sort()).toEqual([2, 4, 6, 8])
  })
}
