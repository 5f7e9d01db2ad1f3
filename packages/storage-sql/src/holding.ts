// Links as folding holds them, and all links page by page: for work that goes over the rows of everybody.
import type { Connection } from './connection.ts'
import { batches } from './rows.ts'

/** Links asked for in one statement. */
export const LINKS = 500

/**
 * The owners of those links that are there. The links are held until the transaction ends, always in the order of their
 * ids: folds that meet on a link go one after the other, and nothing else that they write can be in each other's way.
 */
export async function holdLinks(
  { db, engine }: Connection,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const owners = new Map<string, string>()
  for (const part of batches([...new Set(ids)].toSorted(), LINKS)) {
    const links = db.selectFrom('linkwright_link').select(['id', 'owner_id']).where('id', 'in', part).orderBy('id')
    const rows = await (engine.locksRows ? links.forNoKeyUpdate() : links).execute()
    for (const row of rows) owners.set(row.id, row.owner_id)
  }
  return owners
}

/** Those of the links that are there. */
export async function knownLinks({ db }: Connection, ids: readonly string[]): Promise<readonly string[]> {
  const rows = await db.selectFrom('linkwright_link').select('id').where('id', 'in', ids).execute()
  return rows.map(({ id }) => id)
}

export async function* allLinks({ db }: Connection): AsyncGenerator<readonly string[]> {
  const query = db.selectFrom('linkwright_link').select('id').orderBy('id').limit(LINKS)
  for (let after = ''; ; ) {
    const ids = (await query.where('id', '>', after).execute()).map(({ id }) => id)
    if (ids.length > 0) yield ids
    if (ids.length < LINKS) return
    after = ids.at(-1)!
  }
}
