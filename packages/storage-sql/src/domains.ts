// Domains of one plan subject.
import type { Domain, DomainStore } from '@linkwright/core'
import { toBit } from './columns.ts'
import { readPage } from './pages.ts'
import type { Row } from './schema.ts'
import type { Scope } from './scope.ts'

const TABLE = 'linkwright_domain'

export function domainStore(scope: Scope<'subject'>): DomainStore {
  return {
    async get(id) {
      const row = await scope.select(TABLE).selectAll().where('id', '=', id).executeTakeFirst()
      return row && toDomain(row)
    },

    list: (page) => readPage(scope.newestFirst(TABLE, page.after).selectAll(), page, toDomain),

    async insert(domain) {
      const row = await scope
        .insert(TABLE, { ...toRow(domain), owner_id: scope.owner.id })
        .onConflict((conflict) => conflict.columns(['subject', 'host']).doNothing())
        .returningAll()
        .executeTakeFirst()
      return row && toDomain(row)
    },

    verify(id, at) {
      return scope.atomically(async (inner) => {
        const domain = await inner.select(TABLE).selectAll().where('id', '=', id).executeTakeFirst()
        if (domain === undefined) return undefined
        if (domain.verified_at !== null) return toDomain(domain)
        await inner.lock(`host:${domain.host}`)
        const row = await inner
          .update(TABLE)
          .set({ verified_at: at })
          .where('id', '=', id)
          .where(({ exists, not, selectFrom }) =>
            not(
              exists(
                // Of all subjects: a host has one verified domain.
                selectFrom(`${TABLE} as other`)
                  .select('other.id')
                  .where('other.host', '=', domain.host)
                  .where('other.verified_at', 'is not', null),
              ),
            ),
          )
          .returningAll()
          .executeTakeFirst()
        return row === undefined ? 'taken' : toDomain(row)
      })
    },
  }
}

export function toDomain(row: Row<'linkwright_domain'>): Domain {
  return {
    id: row.id,
    seq: row.seq,
    ownerId: row.owner_id,
    subject: row.subject,
    host: row.host,
    caseSensitive: row.case_sensitive === 1,
    verifiedAt: row.verified_at,
    createdAt: row.created_at,
  }
}

function toRow(domain: Omit<Domain, 'seq'>) {
  return {
    id: domain.id,
    host: domain.host,
    case_sensitive: toBit(domain.caseSensitive),
    verified_at: domain.verifiedAt,
    created_at: domain.createdAt,
  }
}
