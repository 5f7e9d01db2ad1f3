// Where click events wait until they are folded: in memory here, on disk or in a stream elsewhere.
import type { MaybePromise } from '../clock.ts'
import type { ClickEvent } from './click.ts'

/** Folds some events and writes what came of it; rejects if that could not be done. */
export type FoldBatch = (events: readonly ClickEvent[]) => Promise<void>

export interface Journal {
  /**
   * Takes an event. Once this has returned, or its promise resolved, the event survives what the journal promises.
   * @throws Error, or rejects, if the event could not be kept
   */
  append(event: ClickEvent): MaybePromise<void>
  /**
   * Hands over one batch of the oldest events, and forgets them once they are folded; if `fold` rejects, so does this,
   * and the events are handed over again. The same event may come twice after a crash: its id tells.
   * @param size about how many events
   * @returns how many there were; 0 when none wait, or when none can be got at just now
   */
  drain(size: number, fold: FoldBatch): Promise<number>
  /** Events known to wait. */
  readonly pending: number
  close(): Promise<void>
}

/** Keeps events in memory: a crash loses those that wait. @param capacity events kept at most */
export function createMemoryJournal(capacity: number): Journal {
  let waiting: ClickEvent[] = []
  let taken: readonly ClickEvent[] = []
  let folded = 0
  const count = () => waiting.length + taken.length - folded
  return {
    get pending() {
      return count()
    },

    append(event) {
      if (count() >= capacity) throw new Error(`The journal is full: ${capacity} clicks wait`)
      waiting.push(event)
    },

    async drain(size, fold) {
      if (folded === taken.length) {
        taken = waiting
        waiting = []
        folded = 0
      }
      const batch = taken.slice(folded, folded + size)
      if (batch.length === 0) return 0
      await fold(batch)
      folded += batch.length
      return batch.length
    },

    async close() {},
  }
}

/** What the first journal cannot keep, the second one does. */
export function withFallback(first: Journal, second: Journal): Journal {
  return {
    get pending() {
      return first.pending + second.pending
    },

    append(event) {
      try {
        const kept = first.append(event)
        return kept instanceof Promise ? kept.catch(() => second.append(event)) : kept
      } catch {
        return second.append(event)
      }
    },

    async drain(size, fold) {
      return (await second.drain(size, fold)) || first.drain(size, fold)
    },

    async close() {
      await Promise.all([first.close(), second.close()])
    },
  }
}
