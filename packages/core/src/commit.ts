// One way to write: a transaction, after which this process and all others drop what the write made stale.

import type { Change } from './channel.ts'
import type { MaybePromise } from './clock.ts'
import { LinkwrightError } from './errors.ts'
import type { Storage } from './storage.ts'

/** Runs at the end of the transaction that did the work, with what the work gave; throwing undoes both. */
export type Finish<T> = (storage: Storage, value: T) => Promise<void>

/** Runs the work, and `finish` with what it gave, in one transaction. `changed` names what redirects must read anew. */
export type Commit = <T>(
  work: (storage: Storage, changed: (change: Change) => Promise<void>) => Promise<T>,
  finish?: Finish<T>,
) => Promise<T>

/** @param settle is told of the changes as soon as they are committed, and has to succeed */
export function createCommit(storage: Storage, settle: (changes: readonly Change[]) => MaybePromise<void>): Commit {
  return async (work, finish) => {
    const changes: Change[] = []
    const run = storage.transaction(async (storage) => {
      changes.length = 0
      const done = await work(storage, (change) => {
        changes.push(change)
        return storage.open.announce(change)
      })
      await finish?.(storage, done)
      return done
    })
    try {
      return await run
    } catch (error) {
      // The answer to the commit may have been lost: then it may be done, and is read anew like one that is.
      if (!(error instanceof LinkwrightError && error.code === 'UNAVAILABLE')) changes.length = 0
      throw error
    } finally {
      if (changes.length > 0) await settle(changes)
    }
  }
}
