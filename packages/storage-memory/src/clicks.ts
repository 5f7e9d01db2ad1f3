// Clicks: the counted ones are kept by link and hour, and statistics are read off them.
import type { Click, ClickStore } from '@linkwright/core'
import type { Space } from './space.ts'
import { keep, keyOf, type Tables } from './tables.ts'

const HOUR_MS = 3_600_000

/** Orphans and uncounted clicks leave no row but their id: no question of the port is about them. */
export function createClickStore({ write }: Space): ClickStore {
  return {
    append: (clicks) =>
      write((draft) => {
        for (const [linkId, batch] of Map.groupBy(clicks, (click) => click.linkId)) append(draft, linkId, batch)
      }),
    salt: (day, candidate) =>
      write((draft) => {
        const salt = draft.salts.get(day) ?? candidate
        draft.salts.set(day, salt)
        return salt
      }),
  }
}

/** Counted clicks of a link from the hour of `from` up to the hour of `to`, both included. */
export function clicksBetween(tables: Tables, linkId: string, from: number, to: number): readonly Click[] {
  return (tables.linkHours.get(linkId) ?? [])
    .filter((hour) => hourOf(from) <= hour && hour <= hourOf(to))
    .flatMap((hour) => tables.hours.get(keyOf(linkId, hour)) ?? [])
}

/** Removes a link's statistics. The ids of its clicks are left to `sweep`. */
export function forgetClicks(tables: Tables, linkId: string): void {
  for (const hour of tables.linkHours.get(linkId) ?? []) tables.hours.delete(keyOf(linkId, hour))
  tables.linkHours.delete(linkId)
}

function append(tables: Tables, linkId: string, batch: readonly Click[]): void {
  const record = tables.links.get(linkId)
  if (record === undefined) return
  const counted: Click[] = []
  for (const click of batch) {
    if (tables.clicks.get(click.id) !== undefined) continue
    tables.clicks.set(click.id, linkId)
    if (click.counted) counted.push(keep(click))
  }
  const link = keep({ ...record.link, clicks: record.link.clicks + counted.length })
  tables.links.set(linkId, { ...record, link })
  for (const [hour, clicks] of Map.groupBy(counted, (click) => hourOf(click.at))) {
    const before = tables.hours.get(keyOf(linkId, hour))
    if (before === undefined) tables.linkHours.set(linkId, [...(tables.linkHours.get(linkId) ?? []), hour])
    tables.hours.set(keyOf(linkId, hour), [...(before ?? []), ...clicks])
  }
}

function hourOf(at: number): number {
  return Math.floor(at / HOUR_MS)
}
