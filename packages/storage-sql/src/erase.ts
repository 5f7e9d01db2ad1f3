// Erasing an owner: what hangs on links, and all that hangs on the owner besides.
import { type EraseStore, type Estate, ownerScope, type RowCounts } from '@linkwright/core'
import { type RawBuilder, sql } from 'kysely'
import { atomically, type Connection } from './connection.ts'
import { eraseVisitor } from './erase-visitor.ts'
import { readRaw } from './raw.ts'
import { batches } from './rows.ts'
import type { Schema } from './schema.ts'

/** Rows of one kind that belong to an estate. */
interface Belonging {
  readonly kind: string
  readonly table: keyof Schema
  readonly where: RawBuilder<boolean>
}

/** Links, or raw clicks, named in one statement. */
const MOST = 500

export function eraseStore(connection: Connection): EraseStore {
  return {
    async salts() {
      return connection.db.selectFrom('linkwright_salt').select(['day', 'salt']).orderBy('day').execute()
    },

    visitor: (pseudonym, day) => eraseVisitor(connection, pseudonym, day),

    async countOn(linkIds) {
      const counts = { rules: 0, hours: 0, visitors: 0 }
      for (const ids of batches(linkIds, MOST)) {
        const where = isIn('link_id', ids)
        counts.rules += await count(connection, { table: 'linkwright_rule', where })
        counts.hours += await count(connection, { table: 'linkwright_click_hour', where })
        counts.visitors += await count(connection, { table: 'linkwright_click_visitor', where })
      }
      return counts
    },

    async clicks(linkIds, remove) {
      let clicks = 0
      if (linkIds.size === 0) return clicks
      for await (const rows of readRaw(connection, { from: null, to: null })) {
        const ids = rows.filter((row) => linkIds.has(row.link_id)).map(({ id }) => id)
        clicks += ids.length
        if (!remove) continue
        for (const some of batches(ids, MOST)) {
          await connection.db.deleteFrom('linkwright_click').where('id', 'in', some).execute()
        }
      }
      return clicks
    },

    async countOf(estate) {
      const counts: Record<string, number> = {}
      for (const one of [...accessOf(estate), ...restOf(estate)]) counts[one.kind] = await count(connection, one)
      return counts
    },

    removeAccess: (estate) => atomically(connection, (inner) => remove(inner, accessOf(estate))),

    removeRest: (estate) =>
      atomically(connection, async (inner) => {
        const domains = restOf(estate).find(({ kind }) => kind === 'domains')!
        const { rows } = await sql<{ host: string }>`select host from linkwright_domain where ${domains.where}`.execute(
          inner.db,
        )
        return { counts: await remove(inner, restOf(estate)), hosts: rows.map(({ host }) => host) }
      }),
  }
}

function accessOf({ projects, subject }: Estate): readonly Belonging[] {
  const owned = isIn('owner_id', idsOf(projects))
  const tokens = subject === null ? owned : sql<boolean>`(${owned} or subject = ${subject})`
  return [
    { kind: 'tokens', table: 'linkwright_token', where: tokens },
    { kind: 'keys', table: 'linkwright_key', where: owned },
  ]
}

function restOf({ projects, subject }: Estate): readonly Belonging[] {
  const ids = idsOf(projects)
  const owned = isIn('owner_id', ids)
  const ofSubject = (column: string) => (subject === null ? sql<boolean>`1 = 0` : isIn(column, [subject]))
  const others = sql`select 1 from linkwright_link where domain_key = linkwright_domain.id and not ${owned}`
  const replies = ids.map((id) => sql<boolean>`(scope >= ${ownerScope(id)} and scope < ${`${ownerScope(id)}~`})`)
  return [
    {
      kind: 'domains',
      table: 'linkwright_domain',
      where: sql<boolean>`(${owned} or ${ofSubject('subject')}) and not exists (${others})`,
    },
    { kind: 'nonces', table: 'linkwright_nonce', where: owned },
    { kind: 'usage', table: 'linkwright_usage', where: ofSubject('subject') },
    {
      kind: 'replies',
      table: 'linkwright_idempotency',
      where: replies.length === 0 ? sql<boolean>`1 = 0` : sql<boolean>`${sql.join(replies, sql` or `)}`,
    },
    { kind: 'projects', table: 'linkwright_project', where: isIn('id', ids) },
    { kind: 'users', table: 'linkwright_user', where: ofSubject('id') },
  ]
}

async function count({ db }: Connection, { table, where }: Omit<Belonging, 'kind'>): Promise<number> {
  const counted = sql<{ n: unknown }>`select count(*) as n from ${sql.table(table)} where ${where}`
  return Number((await counted.execute(db)).rows[0]!.n)
}

async function remove({ db }: Connection, belongings: readonly Belonging[]): Promise<RowCounts> {
  const counts: Record<string, number> = {}
  for (const { kind, table, where } of belongings) {
    const { numAffectedRows } = await sql`delete from ${sql.table(table)} where ${where}`.execute(db)
    counts[kind] = Number(numAffectedRows ?? 0n)
  }
  return counts
}

/** Of no ids nothing is true: an empty list is no SQL. */
function isIn(column: string, ids: readonly string[]): RawBuilder<boolean> {
  return ids.length === 0 ? sql`1 = 0` : sql`${sql.ref(column)} in (${sql.join(ids)})`
}

function idsOf(projects: Estate['projects']): readonly string[] {
  return projects.map(({ id }) => id)
}
