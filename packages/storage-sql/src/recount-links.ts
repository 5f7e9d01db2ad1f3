// The links' own counts against their hourly totals, which outlive raw rows.
import type { Discrepancy } from '@linkwright/core'
import { atomically, type Connection, consistently } from './connection.ts'
import { allLinks, holdLinks, LINKS } from './holding.ts'
import { TOTAL } from './rollups.ts'
import { batches } from './rows.ts'

export interface ComparedLinks {
  readonly links: number
  readonly discrepancies: readonly Discrepancy[]
}

/** Page by page, each in one consistent read. @param linkId one link alone */
export async function* compareLinks(connection: Connection, linkId: string | null): AsyncGenerator<ComparedLinks> {
  for await (const ids of linkId === null ? allLinks(connection) : [[linkId]]) {
    const counts = await consistently(connection, (inner) => readCounts(inner, ids))
    yield { links: counts.length, discrepancies: counts.flatMap(compare) }
  }
}

/** @returns what was changed */
export async function mendLinks(connection: Connection, linkIds: readonly string[]): Promise<readonly Discrepancy[]> {
  const mended: Discrepancy[] = []
  for (const ids of batches(linkIds.toSorted(), LINKS)) {
    const some = await atomically(connection, async (inner) => {
      await holdLinks(inner, ids)
      const differing = (await readCounts(inner, ids)).filter(({ stored, recounted }) => stored !== recounted)
      for (const { id, recounted } of differing) {
        await inner.db.updateTable('linkwright_link').set({ clicks: recounted }).where('id', '=', id).execute()
      }
      return differing.flatMap(compare)
    })
    mended.push(...some)
  }
  return mended
}

interface LinkCount {
  readonly id: string
  readonly stored: number
  readonly recounted: number
}

async function readCounts({ db }: Connection, ids: readonly string[]): Promise<readonly LinkCount[]> {
  const links = await db.selectFrom('linkwright_link').select(['id', 'clicks']).where('id', 'in', ids).execute()
  const totals = await db
    .selectFrom('linkwright_click_hour')
    .select(({ fn }) => ['link_id', fn.sum('clicks').as('clicks')])
    .where('link_id', 'in', ids)
    .where('dimension', '=', TOTAL)
    .groupBy('link_id')
    .execute()
  const sums = new Map(totals.map((total) => [total.link_id, Number(total.clicks)]))
  return links.map(({ id, clicks }) => ({ id, stored: clicks, recounted: sums.get(id) ?? 0 }))
}

function compare({ id, stored, recounted }: LinkCount): Discrepancy[] {
  if (stored === recounted) return []
  const [is, should] = [{ clicks: stored }, { clicks: recounted }]
  return [{ linkId: id, kind: 'link', hour: null, value: null, stored: is, recounted: should }]
}
