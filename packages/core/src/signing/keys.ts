// Signing keys: per owner, two active at most, and the links they sign.
import type { Caller, Owner } from '../caller.ts'
import type { Clock, Random } from '../clock.ts'
import type { Commit } from '../commit.ts'
import { found } from '../errors.ts'
import type { Seal } from '../seal.ts'
import type { Storage } from '../storage.ts'
import { type HmacKey, hmacKey } from './hmac.ts'
import { signLink } from './link-signature.ts'
import type { SigningKey } from './store.ts'

/** What of a key may be shown. */
export type KeyView = Omit<SigningKey, 'sealed'>

export interface SignedUrl {
  readonly url: string
  readonly expiresAt: number
  readonly keyId: string
}

export interface Keys {
  list(owner: Owner): Promise<readonly KeyView[]>
  /** Makes a new key; links signed by the one before stay valid until the next rotation. */
  rotate(owner: Owner): Promise<KeyView>
  /** Ends a key at once: what it signed no longer passes. */
  retire(owner: Owner, id: string): Promise<KeyView>
  /**
   * Signs a short URL with the owner's newest key, making the first one if there is none.
   * @param seconds how long it stays valid
   * @param once whether it passes a single time
   */
  sign(caller: Caller, shortUrl: string, seconds: number, once: boolean): Promise<SignedUrl>
  /** Opens a key for verification. */
  open(key: SigningKey): HmacKey
}

export interface KeysPorts {
  readonly storage: Storage
  readonly commit: Commit
  readonly clock: Clock
  readonly random: Random
  readonly seal: Seal
}

const SECRET_BYTES = 32
const NONCE_BYTES = 12
const KEY_ID_BYTES = 6

export function createKeys({ storage, commit, clock, random, seal }: KeysPorts): Keys {
  const newKey = (owner: Owner): SigningKey => {
    const id = drawId(random)
    const secret = Buffer.from(random(SECRET_BYTES)).toString('base64url')
    return {
      id,
      ownerId: owner.id,
      sealed: seal.seal(secret, contextOf(owner.id, id)),
      createdAt: clock(),
      retiredAt: null,
    }
  }
  const open = (key: SigningKey) =>
    hmacKey(Buffer.from(seal.open(key.sealed, contextOf(key.ownerId, key.id)), 'base64url'))

  return {
    async list(owner) {
      return (await storage.of(owner).keys.list()).map(present)
    },

    async rotate(owner) {
      const key = newKey(owner)
      await commit(async (storage, changed) => {
        await storage.of(owner).keys.rotate(key)
        await changed({ kind: 'keys', ownerId: owner.id })
      })
      return present(key)
    },

    async retire(owner, id) {
      return commit(async (storage, changed) => {
        const key = found(await storage.of(owner).keys.retire(id, clock()))
        await changed({ kind: 'keys', ownerId: owner.id })
        return present(key)
      })
    },

    async sign({ owner }, shortUrl, seconds, once) {
      const key = (await newest(storage, owner)) ?? (await first(owner))
      const exp = Math.floor(clock() / 1000) + seconds
      const nonce = once ? Buffer.from(random(NONCE_BYTES)).toString('base64url') : null
      const { origin, pathname: path } = new URL(shortUrl)
      const url = signLink({ origin, path, kid: key.id, key: open(key), exp, nonce })
      return { url, expiresAt: exp * 1000, keyId: key.id }
    },

    open,
  }

  async function first(owner: Owner): Promise<SigningKey> {
    await commit(async (storage, changed) => {
      await storage.of(owner).keys.insertFirst(newKey(owner))
      await changed({ kind: 'keys', ownerId: owner.id })
    })
    return found(await newest(storage, owner))
  }
}

async function newest(storage: Storage, owner: Owner): Promise<SigningKey | undefined> {
  return (await storage.of(owner).keys.list()).find((key) => key.retiredAt === null)
}

function contextOf(ownerId: string, keyId: string): string {
  return `signing-key:${ownerId}:${keyId}`
}

function present({ sealed: _, ...key }: SigningKey): KeyView {
  return key
}

/** Never begins with a dash: on a command line that would be an option. */
function drawId(random: Random): string {
  const id = Buffer.from(random(KEY_ID_BYTES)).toString('base64url')
  return id.startsWith('-') ? drawId(random) : id
}
