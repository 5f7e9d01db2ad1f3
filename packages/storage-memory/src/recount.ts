// Recounting: statistics are added up when they are read, so that only a link's own count can be wrong.
import type { Discrepancy, RecountListener, RecountReport, RecountSpan, RecountStore } from '@linkwright/core'
import type { Space } from './space.ts'
import { keep, keyOf, type LinkRecord, type Tables } from './tables.ts'

const HOUR_MS = 3_600_000

export function createRecountStore({ tables, write }: Space): RecountStore {
  return {
    async verify(span, listener) {
      for (const record of linksOf(tables, span)) tell(tables, record, listener)
      return report(tables, span, listener)
    },
    rebuild: (span, listener) =>
      write((draft) => {
        for (const record of linksOf(draft, span)) {
          tell(draft, record, listener)
          const link = keep({ ...record.link, clicks: countClicks(draft, record.link.id) })
          draft.links.set(link.id, { ...record, link })
        }
        return report(draft, span, listener)
      }),
  }
}

function linksOf(tables: Tables, { linkId }: RecountSpan): readonly LinkRecord[] {
  return [...tables.links.values()].filter(({ link }) => linkId === null || link.id === linkId)
}

function tell(tables: Tables, { link }: LinkRecord, listener: RecountListener): void {
  const clicks = countClicks(tables, link.id)
  if (clicks === link.clicks) return
  const [stored, recounted] = [{ clicks: link.clicks }, { clicks }]
  const found: Discrepancy = { linkId: link.id, kind: 'link', hour: null, value: null, stored, recounted }
  listener.found(found)
}

function countClicks(tables: Tables, linkId: string): number {
  const hours = tables.linkHours.get(linkId) ?? []
  return hours.reduce((sum, hour) => sum + (tables.hours.get(keyOf(linkId, hour))?.length ?? 0), 0)
}

function report(tables: Tables, span: RecountSpan, { progress }: RecountListener): RecountReport {
  const links = linksOf(tables, span)
  const clicks = links.flatMap(({ link }) =>
    (tables.linkHours.get(link.id) ?? []).flatMap((hour) => tables.hours.get(keyOf(link.id, hour)) ?? []),
  )
  const oldest = clicks.reduce((first, { at }) => Math.min(first, at), Number.POSITIVE_INFINITY)
  const from = Math.max(Math.floor(oldest / HOUR_MS) * HOUR_MS, span.from ?? 0)
  const inside = clicks.filter(({ at }) => from <= at && at < span.to)
  const isNone = from >= span.to
  const hours = isNone ? 0 : (span.to - from) / HOUR_MS
  if (!isNone) progress(hours, hours)
  return {
    from: isNone ? null : from,
    to: isNone ? null : span.to,
    hours,
    clicks: inside.length,
    links: links.length,
    leftOut: [],
  }
}
