// Tokens of one owner.
import type { Token, TokenSecret, TokenStore } from '@linkwright/core'
import { fromJson } from './columns.ts'
import { readPage } from './pages.ts'
import type { Row } from './schema.ts'
import type { Scope } from './scope.ts'

const TABLE = 'linkwright_token'

export function tokenStore(scope: Scope<'owner_id'>): TokenStore {
  return {
    async get(id) {
      const row = await scope.select(TABLE).selectAll().where('id', '=', id).executeTakeFirst()
      return row && toToken(row)
    },

    list: (page) => readPage(scope.newestFirst(TABLE, page.after).selectAll(), page, toToken),

    insert(token, secret, cap) {
      return scope.atomically(async (inner) => {
        const { subject } = inner.owner
        if (cap !== null) {
          // Counted and written under one lock: of any number at the cap's edge exactly the last place is given.
          await inner.lock(`tokens:${subject}`)
          if ((await countActive(inner.ofSubject(), token.createdAt)) >= cap) return false
        }
        await inner.insert(TABLE, { ...toRow(token, secret), subject }).execute()
        return true
      })
    },

    async revoke(id, at) {
      const row = await scope
        .update(TABLE)
        .set(({ fn, ref, val }) => ({ revoked_at: fn.coalesce(ref('revoked_at'), val(at)) }))
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirst()
      return row && toToken(row)
    },
  }
}

async function countActive(scope: Scope<'subject'>, now: number): Promise<number> {
  const { active } = await scope
    .select(TABLE)
    .select(({ fn }) => fn.countAll().as('active'))
    .where('revoked_at', 'is', null)
    .where(({ eb, or }) => or([eb('expires_at', 'is', null), eb('expires_at', '>', now)]))
    .executeTakeFirstOrThrow()
  return Number(active)
}

export function toToken(row: Row<'linkwright_token'>): Token {
  return {
    id: row.id,
    ownerId: row.owner_id,
    subject: row.subject,
    userId: row.user_id,
    name: row.name,
    prefix: row.prefix,
    scopes: fromJson(row.scopes),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    lastUsedAt: row.last_used_at,
  }
}

function toRow(token: Token, secret: TokenSecret) {
  return {
    id: token.id,
    user_id: token.userId,
    name: token.name,
    prefix: token.prefix,
    scopes: JSON.stringify(token.scopes),
    hash: secret.hash,
    slow_hash: secret.slowHash,
    created_at: token.createdAt,
    expires_at: token.expiresAt,
    revoked_at: token.revokedAt,
    last_used_at: token.lastUsedAt,
  }
}
