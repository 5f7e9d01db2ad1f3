// Changes that make cached redirects stale: told when they commit, or kept as rows in the order in which they committed.
import type { Change } from '@linkwright/core'
import type { Connection } from './connection.ts'
import type { Row } from './schema.ts'

type ChangeRow = Row<'linkwright_change'>

export async function announce({ db, engine }: Connection, change: Change): Promise<void> {
  if (engine.notify !== null) return engine.notify(db, JSON.stringify(change))
  await db
    .insertInto('linkwright_change')
    .values({ ...toColumns(change), kind: change.kind, at: Date.now() })
    .execute()
}

export function toChange(row: ChangeRow): Change {
  switch (row.kind) {
    case 'link':
      return { kind: 'link', domainId: row.domain_id, slug: row.slug! }
    case 'domain':
      return { kind: 'domain', host: row.host! }
    case 'keys':
      return { kind: 'keys', ownerId: row.owner_id! }
    case 'all':
      return { kind: 'all' }
  }
}

function toColumns(change: Change) {
  switch (change.kind) {
    case 'link':
      return { domain_id: change.domainId, slug: change.slug }
    case 'domain':
      return { host: change.host }
    case 'keys':
      return { owner_id: change.ownerId }
    case 'all':
      return {}
  }
}
