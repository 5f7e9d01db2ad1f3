// Idempotent calls: the claim, the work and the reply commit together, so that a crash leaves nothing claimed.
import type { Storage } from '../storage.ts'

/** Records older than this no longer count. */
export const IDEMPOTENCY_TTL_MS = 24 * 3_600_000

/** Runs at the end of the transaction that did the work, with what the work gave; throwing undoes both. */
export type Finish<T> = (storage: Storage, value: T) => Promise<void>
