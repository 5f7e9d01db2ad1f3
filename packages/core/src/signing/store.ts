// What signing keys ask of storage.

/** A key that signs links. Its secret is kept sealed. */
export interface SigningKey {
  /** The `lw_kid` of signed links, unique per owner. */
  readonly id: string
  readonly ownerId: string
  readonly sealed: string
  readonly createdAt: number
  readonly retiredAt: number | null
}

export interface KeyStore {
  /** All keys, newest first. */
  list(): Promise<readonly SigningKey[]>
  /** Adds a key and retires all active ones but the newest, so that two are active at most. */
  rotate(key: SigningKey): Promise<void>
  /** Adds a key only if none is active. */
  insertFirst(key: SigningKey): Promise<void>
  retire(id: string, at: number): Promise<SigningKey | undefined>
}

export interface OpenKeys {
  /** Uses up a nonce. @returns true for exactly one call per owner and nonce */
  consumeNonce(ownerId: string, nonce: string, expiresAt: number): Promise<boolean>
}
