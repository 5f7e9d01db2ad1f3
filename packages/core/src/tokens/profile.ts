// What one kind of key looks like and what it may do: its characters, length, cap, expiry, hash and rights.

export interface KeyProfile {
  readonly name: string
  /** The whole prefix, separator included: `lw_pk_`. */
  readonly prefix: string
  readonly alphabet: 'base62' | 'base64url'
  /** Random bytes behind the body; `bodyLength` says how many characters they take. */
  readonly bytes: number
  /** Whether six base62 digits of CRC-32 over prefix and body follow the body. */
  readonly checksum: boolean
  /** Characters of the whole key that lists display. */
  readonly shown: number
  /** Live keys a user may hold; null leaves it to the plan. */
  readonly maxPerUser: number | null
  /** Lifetime in seconds of a key made without one; null is no expiry. */
  readonly defaultExpirySeconds: number | null
  /** How a key is stored: SHA-256, or a slow password hash behind a peppered look-up column. */
  readonly hash: 'sha256' | 'slow'
  /** Whether a key carries scopes of its own or all the rights of its user. */
  readonly rights: 'scopes' | 'user'
}

export const CHECKSUM_LENGTH = 6

/**
 * The usual key: 43 base62 digits of 32 random bytes and a checksum, displayed as the prefix and six characters.
 *
 * @throws TypeError when the prefix is empty, longer than 32 characters or has others than letters, digits, `_`, `-`.
 */
export function defaultProfile(prefix = 'lw_pk_'): KeyProfile {
  if (!/^[A-Za-z][A-Za-z0-9_-]{0,31}$/.test(prefix)) {
    throw new TypeError('A token prefix is 1 to 32 letters, digits, "_" or "-" and starts with a letter')
  }
  return {
    name: 'default',
    prefix,
    alphabet: 'base62',
    bytes: 32,
    checksum: true,
    shown: prefix.length + 6,
    maxPerUser: null,
    defaultExpirySeconds: null,
    hash: 'sha256',
    rights: 'scopes',
  }
}

/** Keys of TopSnapp's form: 48 base64url characters, no checksum, ten a user, with all the rights of that user. */
export const topsnappProfile: KeyProfile = {
  name: 'topsnapp',
  prefix: 'topsnapp_sk_',
  alphabet: 'base64url',
  bytes: 36,
  checksum: false,
  shown: 20,
  maxPerUser: 10,
  defaultExpirySeconds: null,
  hash: 'slow',
  rights: 'user',
}

/** The built-in profiles by name. A Map, so that a name such as `constructor` finds nothing. */
export const KEY_PROFILES: ReadonlyMap<string, KeyProfile> = /* @__PURE__ */ new Map([
  ['default', /* @__PURE__ */ defaultProfile()],
  ['topsnapp', topsnappProfile],
])

/** Characters that the random bytes of a profile take in its alphabet. */
export function bodyLength({ alphabet, bytes }: KeyProfile): number {
  return Math.ceil((bytes * 8) / (alphabet === 'base62' ? Math.log2(62) : 6))
}
