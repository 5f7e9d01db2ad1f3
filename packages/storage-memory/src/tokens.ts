// Tokens: found by their digest, capped per plan subject.
import { isActive, type OpenTokens, type Owner, type Token, type TokenStore } from '@linkwright/core'
import { pageOf } from './page.ts'
import type { Space } from './space.ts'
import { keep, type Tables } from './tables.ts'

export function createTokenStore({ tables, write }: Space, owner: Owner): TokenStore {
  return {
    async get(id) {
      return find(tables, owner, id)
    },
    async list(page) {
      return pageOf(
        all(tables).filter((token) => token.ownerId === owner.id),
        page,
      )
    },
    insert: (token, secret, cap) =>
      write((draft) => {
        if (token.ownerId !== owner.id || token.subject !== owner.subject) {
          throw new TypeError('The token names another owner')
        }
        const active = all(draft).filter((other) => other.subject === owner.subject && isActive(other, token.createdAt))
        if (cap !== null && active.length >= cap) return false
        if (draft.tokens.get(token.id) !== undefined || draft.hashes.get(secret.hash) !== undefined) {
          throw new Error('A token with this id or digest is there')
        }
        draft.tokens.set(token.id, keep({ token, secret }))
        draft.hashes.set(secret.hash, token.id)
        return true
      }),
    revoke: (id, at) => write((draft) => (find(draft, owner, id) === undefined ? undefined : revoke(draft, id, at))),
  }
}

export function createOpenTokens({ tables, write }: Space): OpenTokens {
  return {
    byHash(hash) {
      const record = tables.tokens.get(tables.hashes.get(hash) ?? '')
      if (record === undefined) return undefined
      const { token, secret } = record
      const plan = tables.users.get(token.userId)?.plan ?? null
      return { ...secret, token, owner: { id: token.ownerId, subject: token.subject }, plan }
    },
    revoke: (id, at) => write((draft) => revoke(draft, id, at)),
    touch: (uses) =>
      write((draft) => {
        for (const [id, at] of uses)
          change(draft, id, (token) => ({ lastUsedAt: Math.max(at, token.lastUsedAt ?? at) }))
      }),
  }
}

function find(tables: Tables, owner: Owner, id: string): Token | undefined {
  const token = tables.tokens.get(id)?.token
  return token?.ownerId === owner.id ? token : undefined
}

function all(tables: Tables): Token[] {
  return [...tables.tokens.values()].map(({ token }) => token)
}

function revoke(tables: Tables, id: string, at: number): Token | undefined {
  return change(tables, id, (token) => ({ revokedAt: token.revokedAt ?? at }))
}

function change(tables: Tables, id: string, patch: (token: Token) => Partial<Token>): Token | undefined {
  const record = tables.tokens.get(id)
  if (record === undefined) return undefined
  const token = keep({ ...record.token, ...patch(record.token) })
  tables.tokens.set(id, { ...record, token })
  return token
}
