// What is kept of a click event: classes instead of headers, and a pseudonym of the day instead of an address.
import { hash } from 'node:crypto'
import type { Click, ClickEvent } from './click.ts'
import { type CountrySource, firstLanguage, type ReadAgent, readCountry, refererHost } from './visitor.ts'

export interface FoldSources {
  readonly agent: ReadAgent
  readonly country: CountrySource
}

/** @param salt the salt of the event's day; without it, once it is deleted, pseudonyms lead nowhere */
export function foldClick(event: ClickEvent, salt: string, { agent, country }: FoldSources): Click {
  const read = event.userAgent === '' ? null : agent(event.userAgent)
  return {
    id: event.id,
    at: event.at,
    linkId: event.linkId,
    ruleId: event.ruleId,
    outcome: event.outcome,
    counted: event.outcome === 'redirect' && !event.head,
    // A browser always says what it is.
    bot: read === null || read.bot,
    prefetch: event.prefetch,
    head: event.head,
    country: readCountry(country, event.country, event.ip),
    device: read?.device ?? null,
    browser: read?.browser ?? null,
    referrer: refererHost(event.referer),
    language: firstLanguage(event.acceptLanguage),
    visitor: hash('sha256', `${salt}\n${networkOf(event.ip)}\n${event.userAgent}`).slice(0, 24),
  }
}

/** The day (UTC) that a salt and a pseudonym belong to. */
export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}

/** An IPv6 visitor changes addresses within one /64. */
export function networkOf(ip: string): string {
  if (!ip.includes(':')) return ip
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)
  if (mapped !== null) return mapped[1]!
  const [head = '', tail = ''] = ip.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === '' ? [] : tail.split(':')
  const zeros = ip.includes('::') ? Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0') : []
  const groups = [...left, ...zeros, ...right].slice(0, 4)
  // One address has many spellings: capitals, leading zeros.
  return groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')
}
