// What idempotent calls ask of storage.

/** The reply to a call that was made under an Idempotency-Key. */
export interface IdempotencyRecord {
  /** The credential, method and path under which the key counts. */
  readonly scope: string
  readonly key: string
  /** SHA-256 of the request's body: the same key with another body is a mistake. */
  readonly fingerprint: string
  readonly status: number
  /** The reply's body as sent, or sealed where it holds a secret. */
  readonly body: string
  readonly sealed: boolean
  readonly createdAt: number
}

export interface IdempotencyStore {
  find(scope: string, key: string): Promise<IdempotencyRecord | undefined>
  /** @returns false if another call has saved this key first (nothing is changed then) */
  save(record: IdempotencyRecord): Promise<boolean>
}
