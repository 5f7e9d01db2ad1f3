// What a redirect asks of storage.
import type { MaybePromise } from '../clock.ts'
import type { Link } from '../links/link.ts'
import type { Rule } from '../rules/rule.ts'
import type { SigningKey } from '../signing/store.ts'

/** A link with all that a visit's decision needs. */
export interface Snapshot {
  readonly link: Link
  readonly rules: readonly Rule[]
  /** The owner's active signing keys, newest first; empty unless the link requires a signature. */
  readonly keys: readonly SigningKey[]
}

export interface SnapshotStore {
  get(domainId: string | null, slugKey: string): MaybePromise<Snapshot | undefined>
}

/** The value, or the right to fill it in; null where somebody else fills it, or the cache is away. */
export type Found = { readonly snapshot: Snapshot | null } | { readonly lease: string | null }

/**
 * Snapshots shared by processes. Nothing here rejects, and each call takes a bounded time: a cache that is away knows
 * nothing. Reading what a drop has overtaken must not be filled in: that is what leases are for.
 */
export interface SharedCache {
  get(key: string): Promise<Found>
  /** Fills in what was read (null: there is no such link), if the lease still stands. */
  set(key: string, lease: string, snapshot: Snapshot | null): Promise<void>
  /** Forgets values, and ends the leases on them. */
  drop(keys: readonly string[]): Promise<void>
}
