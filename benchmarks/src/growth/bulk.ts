// Fills a database with a population in little time, with the rows that making links and folding clicks would leave.
import type { Click } from '@linkwright/core'
import { rollUp } from '../../../packages/storage-sql/src/rollups.ts'
import type { PlannedLink, Population } from './population.ts'

/** A way past the storage into its tables. */
export interface Bulk {
  insert(table: string, columns: readonly string[], rows: readonly Values[]): Promise<void>
  /** What each table takes on disk with its indexes, once all is in. */
  finish(): Promise<readonly TableSize[]>
}

export type Values = readonly (string | number | null)[]

export interface TableSize {
  readonly table: string
  readonly rows: number
  readonly bytes: number
}

/** Links, or clicks, that are written at once. */
const LINKS_AT_ONCE = 5_000
const CLICKS_AT_ONCE = 5_000

const LINK =
  'id owner_id subject domain_id domain_key slug slug_key destination_url title ios_url android_url require_signature trust_score trust_reason screening max_clicks claims clicks starts_at expires_at disabled archived_at created_at updated_at'.split(
    ' ',
  )
const CLICK =
  'id at link_id rule_id outcome counted bot prefetch head country device browser referrer language visitor'.split(' ')
const HOUR = 'owner_id link_id hour dimension value clicks people bots'.split(' ')
const VISITOR = 'owner_id link_id day visitor hours'.split(' ')

export async function fill(bulk: Bulk, population: Population): Promise<void> {
  for (let from = 0; from < population.links; from += LINKS_AT_ONCE) {
    const rows: Values[] = []
    for (let at = from; at < Math.min(from + LINKS_AT_ONCE, population.links); at++) {
      rows.push(linkValues(population.link(at)))
    }
    await bulk.insert('linkwright_link', LINK, rows)
  }
  let waiting: Click[] = []
  const owners = new Map<string, string>()
  const write = async () => {
    await fold(bulk, waiting, owners)
    waiting = []
    owners.clear()
  }
  for (let at = 0; at < population.links; at++) {
    const link = population.link(at)
    // What is written at once shares no roll-up with anything else: a day of one link is never cut.
    for (const clicks of population.clicksOf(link)) {
      if (waiting.length + clicks.length > CLICKS_AT_ONCE) await write()
      for (const click of clicks) waiting.push(click)
      owners.set(link.id, link.owner.id)
    }
  }
  await write()
}

async function fold(bulk: Bulk, clicks: readonly Click[], owners: ReadonlyMap<string, string>): Promise<void> {
  if (clicks.length === 0) return
  const { hours, visitors } = rollUp(clicks)
  await bulk.insert('linkwright_click', CLICK, clicks.map(clickValues))
  await bulk.insert(
    'linkwright_click_hour',
    HOUR,
    hours.map((row) => [
      owners.get(row.linkId)!,
      row.linkId,
      row.hour,
      row.dimension,
      row.value,
      row.clicks,
      row.people,
      row.bots,
    ]),
  )
  await bulk.insert(
    'linkwright_click_visitor',
    VISITOR,
    visitors.map((row) => [owners.get(row.linkId)!, row.linkId, row.day, row.visitor, row.hours]),
  )
}

export function destinationOf(link: PlannedLink): string {
  return `https://www.example.com/articles/2026/${link.slug}?utm_source=growth&utm_campaign=${link.at}`
}

function linkValues(link: PlannedLink): Values {
  const { id, owner, slug, clicks, createdAt } = link
  const title = `Article ${link.at}`
  const nothing = null
  return [
    ...[id, owner.id, owner.subject, nothing, '', slug, slug, destinationOf(link), title, nothing, nothing, 0],
    ...[80, '+30 HTTPS', 'clear', nothing, 0, clicks, nothing, nothing, 0, nothing, createdAt, createdAt],
  ]
}

function clickValues(click: Click): Values {
  return [
    ...[click.id, click.at, click.linkId, click.ruleId, click.outcome, Number(click.counted), Number(click.bot)],
    ...[Number(click.prefetch), Number(click.head), click.country, click.device, click.browser, click.referrer],
    ...[click.language, click.visitor],
  ]
}
