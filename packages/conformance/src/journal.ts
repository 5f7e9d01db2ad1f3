// The journal suite: what every place must do where click events wait until they are folded.
import type { ClickEvent, Journal } from '@linkwright/core'
import { expect } from 'vitest'
import { type PartCandidate, registerPart } from './part.ts'

/** Registers the suite with vitest; call it at the top of a test file. The journal must have room for 1,000 events. */
export function journalSuite(candidate: PartCandidate<Journal>): void {
  registerPart('journal', candidate, {
    'an empty journal hands over nothing': async (journal) => {
      expect(journal.pending).toBe(0)
      expect(await journal.drain(10, () => Promise.reject(new Error('must not be called')))).toBe(0)
    },

    'what is appended waits, is handed over as it was, and is forgotten': async (journal) => {
      const event = { ...eventOf(1), userAgent: 'Ünï "quoted" \u2028 \0', country: null, referrer: null }
      await journal.append(event)
      expect(journal.pending).toBeGreaterThan(0)
      expect(await drainAll(journal)).toEqual([event])
      expect(journal.pending).toBe(0)
      expect(await drainAll(journal)).toEqual([])
    },

    'the oldest come first, about as many as asked for': async (journal) => {
      for (let at = 0; at < 25; at++) await journal.append(eventOf(at))
      const batches: number[][] = []
      while ((await journal.drain(10, async (events) => void batches.push(events.map(({ at }) => at)))) > 0);
      expect(batches.flat()).toEqual(Array.from({ length: 25 }, (_, at) => at))
      expect(batches.length).toBeGreaterThan(1)
    },

    'what came in one tick is handed over in parts too': async (journal) => {
      const events = Array.from({ length: 25 }, (_, at) => eventOf(at))
      await Promise.all(events.map((event) => journal.append(event)))
      const sizes: number[] = []
      while ((await journal.drain(10, async (events) => void sizes.push(events.length))) > 0);
      expect(sizes).toEqual([10, 10, 5])
    },

    'what could not be folded is handed over again': async (journal) => {
      await Promise.all([journal.append(eventOf(1)), journal.append(eventOf(2))])
      await expect(journal.drain(10, () => Promise.reject(new Error('the disk is full')))).rejects.toThrow('full')
      expect(journal.pending).toBeGreaterThan(0)
      await journal.append(eventOf(3))
      expect((await drainAll(journal)).map(({ at }) => at)).toEqual([1, 2, 3])
      expect(journal.pending).toBe(0)
    },

    'what comes while a batch is folded waits for the next': async (journal) => {
      await journal.append(eventOf(1))
      const seen: number[][] = []
      const fold = async (events: readonly ClickEvent[]) => {
        if (seen.push(events.map(({ at }) => at)) === 1) await journal.append(eventOf(2))
      }
      while ((await journal.drain(10, fold)) > 0);
      expect(seen).toEqual([[1], [2]])
    },

    'two processes that append and drain at once fold each event once': async (journal, openSecond) => {
      const journals = [journal, await openSecond()]
      const folded: number[] = []
      const events = Array.from({ length: 300 }, (_, at) => eventOf(at))
      const appended = Promise.all(
        events.map(async (event, at) => {
          for (let wait = at % 7; wait > 0; wait--) await new Promise(setImmediate)
          await journals[at % 2]!.append(event)
        }),
      )
      const drainOnce = (one: Journal) =>
        one.drain(20, async (events) => void folded.push(...events.map(({ at }) => at)))
      await Promise.all([appended, ...journals.flatMap((one) => [drainOnce(one), drainOnce(one), drainOnce(one)])])
      for (const one of journals) while ((await drainOnce(one)) > 0);
      expect(folded.sort((a, b) => a - b)).toEqual(events.map(({ at }) => at))
    },

    'any process folds what another has appended': async (journal, openSecond) => {
      await (await openSecond()).append(eventOf(1))
      expect(await drainAll(journal)).toEqual([eventOf(1)])
    },
  })
}

async function drainAll(journal: Journal): Promise<ClickEvent[]> {
  const drained: ClickEvent[] = []
  while ((await journal.drain(10, async (events) => void drained.push(...events))) > 0);
  return drained
}

function eventOf(at: number): ClickEvent {
  return {
    id: `event-${at}`,
    at,
    linkId: 'link',
    ruleId: null,
    outcome: 'redirect',
    head: false,
    prefetch: false,
    visitor: 'visitor',
    country: 'DE',
    userAgent: 'agent',
    referrer: 'example.com',
    acceptLanguage: 'de',
  }
}
