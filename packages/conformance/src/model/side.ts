// One of the storages that are compared. Each numbers its rows in its own way.
import type { Storage } from '@linkwright/core'

export interface Side {
  readonly storage: Storage
  /** This storage's number of a row; one that no row has if it never had one. */
  numberOf(id: string): number
  /** Remembers the number of a row that was answered. */
  note(answer: unknown): void
}

export function createSide(storage: Storage): Side {
  const numbers = new Map<string, number>()
  return {
    storage,
    numberOf: (id) => numbers.get(id) ?? 2 ** 31 - 1,
    note(answer) {
      if (typeof answer !== 'object' || answer === null || !('seq' in answer) || !('id' in answer)) return
      numbers.set(String(answer.id), Number(answer.seq))
    },
  }
}
