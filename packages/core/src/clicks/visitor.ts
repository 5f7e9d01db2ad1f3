// What a visit's headers tell of the visitor.
import type { Browser, Device } from '../rules/index.ts'

/** What a user agent says it is. */
export interface AgentClass {
  readonly device: Device
  readonly browser: Browser
  /** The app platform, where there is one to link to. */
  readonly platform: 'ios' | 'android' | null
  readonly bot: boolean
}

export type ReadAgent = (userAgent: string) => AgentClass

/** Where a country comes from. */
export interface CountrySource {
  /** A header, in lower case, that trusted proxies set; null for none. */
  readonly header: string | null
  /** ISO 3166-1 alpha-2 in upper case, or null. */
  readonly lookup: (ip: string) => string | null
}

/** The country that a trusted proxy tells. `XX` is proxies' word for unknown. */
export function countryCode(text: string | undefined | null): string | null {
  const code = /^[A-Za-z]{2}$/.test(text ?? '') ? text!.toUpperCase() : 'XX'
  return code === 'XX' ? null : code
}

/** @param told what a trusted proxy said, if there is one */
export function readCountry(source: CountrySource, told: string | undefined | null, ip: string): string | null {
  return countryCode(told) ?? (ip === '' ? null : source.lookup(ip))
}

const REFERER = /^https?:\/\/(?:[^/?#@\\]*@)?(\[[\da-f:.]+\]|[\w.-]+)(?::\d*)?(?:[/?#]|$)/i

/** The host of an http(s) referrer: lower case, no port, a leading `www.` dropped. */
export function refererHost(referer: string): string | null {
  const match = REFERER.exec(referer)
  if (match === null) return null
  const host = match[1]!
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/^www\./, '')
  return host === '' || host.length > 253 ? null : host
}

const MEMBER = /^([a-z]{1,8}(?:-[a-z0-9]{1,8})*|\*)(?:\s*;\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?$/i

/** The tag that Accept-Language prefers (RFC 9110, 12.5.4), in lower case; null for `*` and for none. */
export function firstLanguage(header: string): string | null {
  let best: string | null = null
  let bestQuality = 0
  // Only so much of the header is read: a preferred language does not stand at the end of a kilobyte.
  for (const member of header.slice(0, 1000).split(',')) {
    const match = MEMBER.exec(member.trim())
    if (match === null) continue
    const quality = match[2] === undefined ? 1 : Number(match[2])
    if (quality > bestQuality) {
      best = match[1]!.toLowerCase()
      bestQuality = quality
    }
  }
  return best === '*' ? null : best
}
