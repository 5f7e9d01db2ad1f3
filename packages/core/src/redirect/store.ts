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
