// What is asked before an owner is known.
import type { IdempotencyStore, OpenDomains, OpenKeys, OpenLinks, OpenTokens, TokenOnFile } from '@linkwright/core'
import { IDEMPOTENCY_TTL_MS } from '@linkwright/core'
import type { Kysely } from 'kysely'
import { toBit } from './columns.ts'
import { after, atomically, type Connection, settled } from './connection.ts'
import { toDomain } from './domains.ts'
import { toLink } from './links.ts'
import type { Row, Schema } from './schema.ts'
import { toToken } from './tokens.ts'

export function openTokens(connection: Connection): OpenTokens {
  const { db, ask } = connection
  return {
    byHash: (hash) => after(ask(tokenByHash, hash), ([row]) => row && toTokenOnFile(row)),

    async revoke(id, at) {
      const row = await db
        .updateTable('linkwright_token')
        .set(({ fn, ref, val }) => ({ revoked_at: fn.coalesce(ref('revoked_at'), val(at)) }))
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirst()
      return row && toToken(row)
    },

    async touch(uses) {
      if (uses.size === 0) return
      await atomically(connection, async (inner) => {
        // In one order, so that two who note the same tokens do not wait for each other.
        for (const [id, at] of [...uses].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
          await inner.db
            .updateTable('linkwright_token')
            .set({ last_used_at: at })
            .where('id', '=', id)
            .where(({ eb, or }) => or([eb('last_used_at', 'is', null), eb('last_used_at', '<', at)]))
            .execute()
        }
      })
    },
  }
}

export function openDomains({ db, ask }: Connection): OpenDomains {
  return {
    byHost: (host) =>
      after(
        ask(verifiedHost, host),
        ([row]) => row && { id: row.id, host: row.host, caseSensitive: row.case_sensitive === 1 },
      ),

    async get(id) {
      const row = await db.selectFrom('linkwright_domain').selectAll().where('id', '=', id).executeTakeFirst()
      return row && toDomain(row)
    },
  }
}

export function openLinks({ db }: Connection): OpenLinks {
  return {
    async ownerOf(linkId) {
      return db
        .selectFrom('linkwright_link')
        .select(['owner_id as id', 'subject'])
        .where('id', '=', linkId)
        .executeTakeFirst()
    },

    async claimClick(linkId) {
      const { numUpdatedRows } = await db
        .updateTable('linkwright_link')
        .set((eb) => ({ claims: eb('claims', '+', 1) }))
        .where('id', '=', linkId)
        // The limit may have been lifted since the visit read the link.
        .where(({ eb, or, ref }) => or([eb('max_clicks', 'is', null), eb('claims', '<', ref('max_clicks'))]))
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },

    async pendingScreening(limit) {
      const links = await db
        .selectFrom('linkwright_link')
        .selectAll()
        .where('screening', '=', 'pending')
        .orderBy('id')
        .limit(limit)
        .execute()
      if (links.length === 0) return []
      const rules = await db
        .selectFrom('linkwright_rule')
        .select(['link_id', 'redirect_url'])
        .where(
          'link_id',
          'in',
          links.map(({ id }) => id),
        )
        .orderBy('priority')
        .execute()
      return links.map((row) => ({
        link: toLink(row),
        slugKey: row.slug_key,
        urls: rules.filter((rule) => rule.link_id === row.id).map((rule) => rule.redirect_url),
      }))
    },

    async setScreening(linkId, updatedAt, screening) {
      const { numUpdatedRows } = await db
        .updateTable('linkwright_link')
        .set({ screening })
        .where('id', '=', linkId)
        .where('updated_at', '=', updatedAt)
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },
  }
}

export function openKeys({ db }: Connection): OpenKeys {
  return {
    async consumeNonce(ownerId, nonce, expiresAt) {
      const row = await db
        .insertInto('linkwright_nonce')
        .values({ owner_id: ownerId, nonce, expires_at: expiresAt })
        .onConflict((conflict) => conflict.columns(['owner_id', 'nonce']).doNothing())
        .returning('nonce')
        .executeTakeFirst()
      return row !== undefined
    },
  }
}

export function idempotencyStore({ db }: Connection): IdempotencyStore {
  return {
    async find(scope, key) {
      const row = await db
        .selectFrom('linkwright_idempotency')
        .selectAll()
        .where('scope', '=', scope)
        .where('key', '=', key)
        .executeTakeFirst()
      if (row === undefined) return undefined
      const { created_at: createdAt, sealed, ...record } = row
      return { ...record, sealed: sealed === 1, createdAt }
    },

    async save({ createdAt, sealed, ...record }) {
      const columns = { ...record, sealed: toBit(sealed), created_at: createdAt }
      const row = await db
        .insertInto('linkwright_idempotency')
        .values(columns)
        // A record that no longer counts may wait for its sweep; it is in nobody's way.
        .onConflict((conflict) =>
          conflict
            .columns(['scope', 'key'])
            .doUpdateSet(columns)
            .where('linkwright_idempotency.created_at', '<=', createdAt - IDEMPOTENCY_TTL_MS),
        )
        .returning('key')
        .executeTakeFirst()
      return row !== undefined
    },
  }
}

function tokenByHash(db: Kysely<Schema>, hash: string) {
  return db
    .selectFrom('linkwright_token as token')
    .leftJoin('linkwright_user as holder', 'holder.id', 'token.user_id')
    .where('token.hash', '=', settled(hash))
    .selectAll('token')
    .select('holder.plan as plan')
}

function verifiedHost(db: Kysely<Schema>, host: string) {
  return db
    .selectFrom('linkwright_domain')
    .where('host', '=', settled(host))
    .where('verified_at', 'is not', null)
    .select(['id', 'host', 'case_sensitive'])
}

function toTokenOnFile(row: Row<'linkwright_token'> & { plan: string | null }): TokenOnFile {
  return {
    token: toToken(row),
    owner: { id: row.owner_id, subject: row.subject },
    plan: row.plan,
    hash: row.hash,
    slowHash: row.slow_hash,
  }
}
