// Signing keys and the nonces of single-use links.
import type { KeyStore, OpenKeys, Owner, SigningKey } from '@linkwright/core'
import type { Space } from './space.ts'
import { keep, keyOf, type Tables } from './tables.ts'

export function createKeyStore({ tables, write }: Space, owner: Owner): KeyStore {
  return {
    async list() {
      return keysOf(tables, owner.id)
    },
    rotate: (key) =>
      write((draft) => {
        const newest = keysOf(draft, owner.id).find(isInUse)
        save(draft, owner, [
          key,
          ...keysOf(draft, owner.id).map((old) =>
            isInUse(old) && old !== newest ? { ...old, retiredAt: key.createdAt } : old,
          ),
        ])
      }),
    insertFirst: (key) =>
      write((draft) => {
        const keys = keysOf(draft, owner.id)
        if (!keys.some(isInUse)) save(draft, owner, [key, ...keys])
      }),
    retire: (id, at) =>
      write((draft) => {
        const keys = keysOf(draft, owner.id)
        const retired = keys.map((key) => (key.id === id ? { ...key, retiredAt: key.retiredAt ?? at } : key))
        return save(draft, owner, retired).find((key) => key.id === id)
      }),
  }
}

export function createOpenKeys({ write }: Space): OpenKeys {
  return {
    consumeNonce: (ownerId, nonce, expiresAt) =>
      write((draft) => {
        const key = keyOf(ownerId, nonce)
        if (draft.nonces.get(key) !== undefined) return false
        draft.nonces.set(key, expiresAt)
        return true
      }),
  }
}

/** The owner's keys, newest first. */
export function keysOf(tables: Tables, ownerId: string): readonly SigningKey[] {
  return tables.keys.get(ownerId) ?? []
}

export function isInUse(key: SigningKey): boolean {
  return key.retiredAt === null
}

function save(tables: Tables, owner: Owner, keys: readonly SigningKey[]): readonly SigningKey[] {
  if (keys.some((key) => key.ownerId !== owner.id)) throw new TypeError('The key names another owner')
  if (new Set(keys.map((key) => key.id)).size < keys.length) throw new Error('A key with this id is there')
  // Sorting is stable: of keys made in the same millisecond the later one stays in front.
  const newestFirst = keep(keys.toSorted((a, b) => b.createdAt - a.createdAt))
  tables.keys.set(owner.id, newestFirst)
  return newestFirst
}
