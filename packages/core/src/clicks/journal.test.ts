// Journals: nothing is forgotten before it is folded, and what one cannot keep another one does.
import { describe, expect, test } from 'vitest'
import type { ClickEvent } from './click.ts'
import { createMemoryJournal, type Journal, withFallback } from './journal.ts'

function eventOf(id: string): ClickEvent {
  const flags = { head: false, prefetch: false, ruleId: null, country: null, referrer: null }
  return { id, at: 1, linkId: 'l', outcome: 'redirect', visitor: 'v', userAgent: '', acceptLanguage: '', ...flags }
}

const put = (journal: Journal, ...ids: string[]) => Promise.all(ids.map((id) => journal.append(eventOf(id))))

/** One batch's ids. */
async function take(journal: Journal, size = 100): Promise<string[]> {
  let ids: string[] = []
  const count = await journal.drain(size, async (events) => {
    ids = events.map(({ id }) => id)
  })
  expect(ids).toHaveLength(count)
  return ids
}

const away = async () => {
  throw new Error('storage is away')
}

describe('in memory', () => {
  test('hands over the oldest first, each once', async () => {
    const journal = createMemoryJournal(10)
    await put(journal, 'a', 'b', 'c')
    expect(journal.pending).toBe(3)
    expect(await take(journal, 2)).toEqual(['a', 'b'])
    await put(journal, 'd')
    expect(journal.pending).toBe(2)
    expect(await take(journal, 1)).toEqual(['c'])
    expect(await take(journal)).toEqual(['d'])
    expect(await take(journal)).toEqual([])
    expect(journal.pending).toBe(0)
  })

  test('keeps what was not folded, and gives it again', async () => {
    const journal = createMemoryJournal(10)
    await put(journal, 'a', 'b')
    await expect(journal.drain(1, away)).rejects.toThrow('away')
    await put(journal, 'c')
    expect(journal.pending).toBe(3)
    expect([await take(journal, 1), await take(journal), await take(journal)]).toEqual([['a'], ['b'], ['c']])
  })

  test('takes so many and no more, those counted that are folded just now', async () => {
    const journal = createMemoryJournal(2)
    await put(journal, 'a', 'b')
    expect(() => journal.append(eventOf('c'))).toThrow('2 clicks wait')
    await journal.drain(1, async () => {
      expect(() => journal.append(eventOf('c'))).toThrow('full')
    })
    await put(journal, 'c')
    expect(journal.pending).toBe(2)
  })
})

describe('with a fallback', () => {
  function setUp() {
    const state = { failure: undefined as 'throws' | 'rejects' | undefined, closed: 0 }
    const inner = [createMemoryJournal(100), createMemoryJournal(3)] as const
    const [first, second] = inner.map<Journal>((journal) => ({
      get pending() {
        return journal.pending
      },
      append(event) {
        if (journal !== inner[0] || state.failure === undefined) return journal.append(event)
        if (state.failure === 'throws') throw new Error('the disk is full')
        return Promise.reject(new Error('the disk is full'))
      },
      drain: (size, fold) => journal.drain(size, fold),
      async close() {
        state.closed++
      },
    }))
    return { state, inner, journal: withFallback(first!, second!) }
  }

  test.each(['throws', 'rejects'] as const)('what the first one %s on is kept by the second one', async (failure) => {
    const { state, inner, journal } = setUp()
    await put(journal, 'a')
    state.failure = failure
    await put(journal, 'b', 'c')
    state.failure = undefined
    await put(journal, 'd')
    expect(inner.map(({ pending }) => pending)).toEqual([2, 2])
    expect(journal.pending).toBe(4)
    expect([...(await take(journal)), ...(await take(journal))].sort()).toEqual(['a', 'b', 'c', 'd'])
    expect(await take(journal)).toEqual([])
  })

  test.each(['throws', 'rejects'] as const)('what neither keeps is told (the first one %s)', async (failure) => {
    const { state, journal } = setUp()
    state.failure = failure
    await put(journal, 'a', 'b', 'c')
    await expect((async () => journal.append(eventOf('d')))()).rejects.toThrow('full')
  })

  test('what is not folded stays where it is, and both are closed', async () => {
    const { state, journal } = setUp()
    await put(journal, 'a')
    state.failure = 'throws'
    await put(journal, 'b')
    await expect(journal.drain(5, away)).rejects.toThrow('away')
    expect(journal.pending).toBe(2)
    await journal.close()
    expect(state.closed).toBe(2)
  })
})
