// Windows: calls counted by the minute, so that a rate limit holds exactly for all processes together.
import { expect } from 'vitest'
import type { Subject } from './subject.ts'
import { NOW, parallel } from './world.ts'

const WINDOW = Math.floor(NOW / 60_000)

export const windows: Subject = (test, { openSecond }) => {
  test('calls are counted up to the limit, and those above it are not', async ({ storage, id }) => {
    const { windows } = storage.open
    const key = id()
    expect([await windows.take(key, WINDOW, 2), await windows.take(key, WINDOW, 2)]).toEqual([1, 2])
    expect(await windows.take(key, WINDOW, 2)).toBeNull()
    expect(await windows.take(key, WINDOW, 1)).toBeNull()
    expect(await windows.take(key, WINDOW, 3)).toBe(3)
  })

  test('a limit of nothing lets nothing pass', async ({ storage, id }) => {
    expect(await storage.open.windows.take(id(), WINDOW, 0)).toBeNull()
  })

  test('every key and every window counts for itself', async ({ storage, id }) => {
    const { windows } = storage.open
    const [key, other] = [id(), id()]
    for (const [name, window] of [
      [key, WINDOW],
      [key, WINDOW + 1],
      [key, WINDOW - 1],
      [other, WINDOW],
      ['__proto__', WINDOW],
      ["'; \u{1F511}", WINDOW],
    ] as const) {
      expect(await windows.take(name, window, 1)).toBe(1)
      expect(await windows.take(name, window, 1)).toBeNull()
    }
  })

  test('a hundred at once: exactly as many pass as may', async ({ storage, id }) => {
    const key = id()
    const answers = await parallel(100, () => storage.open.windows.take(key, WINDOW, 37))
    const totals = answers.filter((total) => total !== null)
    expect(totals.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 37 }, (_, index) => index + 1))
  })

  test('counts are swept when they are of no use any more, not before', async ({ storage, id }) => {
    const { open } = storage
    const [key, now] = [id(), NOW]
    for (const minutes of [0, 10, 11]) expect(await open.windows.take(key, WINDOW - minutes, 1)).toBe(1)
    await open.sweep(now)
    expect(await open.windows.take(key, WINDOW, 1)).toBeNull()
    expect(await open.windows.take(key, WINDOW - 10, 1)).toBeNull()
    expect(await open.windows.take(key, WINDOW - 11, 1)).toBe(1)
  })

  if (openSecond === undefined) return

  test('two openings of one database count together', async ({ storage, id }) => {
    const second = await openSecond(storage)
    const key = id()
    const answers = await parallel(100, (n) => (n % 2 === 0 ? storage : second).open.windows.take(key, WINDOW, 50))
    expect(answers.filter((total) => total !== null)).toHaveLength(50)
    await second.close()
  })
}
