// Signing keys of one owner.
import type { KeyStore, SigningKey } from '@linkwright/core'
import type { Row } from './schema.ts'
import type { Scope } from './scope.ts'

const TABLE = 'linkwright_key'

export function keyStore(scope: Scope<'owner_id'>): KeyStore {
  return {
    list: () => keysOf(scope),

    rotate(key) {
      return scope.atomically(async (inner) => {
        await inner.lock(`keys:${inner.owner.id}`)
        const [, ...older] = await activeOf(inner)
        for (const { id } of older) await retire(inner, id, key.createdAt)
        await inner.insert(TABLE, toRow(key)).execute()
      })
    },

    insertFirst(key) {
      return scope.atomically(async (inner) => {
        await inner.lock(`keys:${inner.owner.id}`)
        if ((await activeOf(inner)).length === 0) await inner.insert(TABLE, toRow(key)).execute()
      })
    },

    retire: (id, at) => retire(scope, id, at),
  }
}

/** Newest first. */
async function keysOf(scope: Scope<'owner_id'>): Promise<readonly SigningKey[]> {
  const rows = await scope.select(TABLE).selectAll().orderBy('created_at', 'desc').orderBy('seq', 'desc').execute()
  return rows.map(toKey)
}

async function activeOf(scope: Scope<'owner_id'>): Promise<readonly SigningKey[]> {
  return (await keysOf(scope)).filter((key) => key.retiredAt === null)
}

/** The time of an earlier retirement stands. */
async function retire(scope: Scope<'owner_id'>, id: string, at: number): Promise<SigningKey | undefined> {
  const row = await scope
    .update(TABLE)
    .set(({ fn, ref, val }) => ({ retired_at: fn.coalesce(ref('retired_at'), val(at)) }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
  return row && toKey(row)
}

export function toKey(row: Row<'linkwright_key'>): SigningKey {
  return {
    id: row.id,
    ownerId: row.owner_id,
    sealed: row.sealed,
    createdAt: row.created_at,
    retiredAt: row.retired_at,
  }
}

function toRow(key: SigningKey) {
  return { id: key.id, sealed: key.sealed, created_at: key.createdAt, retired_at: key.retiredAt }
}
