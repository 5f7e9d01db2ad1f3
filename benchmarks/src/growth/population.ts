// Which links and clicks there are at a size: the same each time, made from nothing but their numbers.
import { type Click, firstIdAt, type Owner } from '@linkwright/core'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const DAYS = 20
export const CLICKS_PER_LINK = 10
/** Links whose statistics are asked for have the same number of clicks at every size. */
export const ASKED_CLICKS = 500
const ASKED = 10
/** The most visited link has a tenth of all clicks. */
const TOP_SHARE = CLICKS_PER_LINK / 10

const COUNTRIES = 'US IN BR ID DE FR GB MX JP NG PK TR IT ES PL CA VN AR KR NL'.split(' ')
const DEVICES = ['mobile', 'mobile', 'mobile', 'desktop', 'desktop', 'tablet']
const BROWSERS = ['chrome', 'chrome', 'chrome', 'safari', 'safari', 'firefox', 'edge', 'samsung']
const LANGUAGES = 'en en-us hi pt-br id de fr es ja tr it pl ko nl vi'.split(' ')
const REFERRERS = Array.from({ length: 30 }, (_, at) => `site-${at}.example.net`)

const BASE32 = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const BASE31 = '23456789abcdefghjkmnpqrstuvwxyz'
const SLUG_LENGTH = 7
/** Prime to 31: multiplying by it visits every slug once, in no visible order. */
const STRIDE = 7_919_983

export interface PlannedLink {
  readonly at: number
  readonly id: string
  readonly slug: string
  readonly owner: Owner
  readonly createdAt: number
  readonly clicks: number
  /** Whether its clicks are spread over all days; the others are visited within an hour. */
  readonly isBusy: boolean
}

export interface Population {
  readonly links: number
  /** Has every other link; the others have a thousand each. */
  readonly owner: Owner
  readonly asked: readonly number[]
  readonly top: number
  readonly end: number
  link(at: number): PlannedLink
  /** A link's clicks, a day at a time. */
  clicksOf(link: PlannedLink): Iterable<readonly Click[]>
}

/** @param end a moment after all clicks */
export function createPopulation(links: number, end: number): Population {
  const owner = { id: 'growth', subject: 'growth' }
  const start = Math.floor(end / DAY_MS - DAYS) * DAY_MS
  const asked = Array.from({ length: ASKED }, (_, at) => odd(((at + 0.5) * links) / ASKED))
  const top = odd(links * 0.3)
  const usual = Math.max(0, links * (CLICKS_PER_LINK - TOP_SHARE) - ASKED * ASKED_CLICKS)
  const clicks = new Map([...asked.map((at) => [at, ASKED_CLICKS] as const), [top, Math.round(links * TOP_SHARE)]])

  const link = (at: number): PlannedLink => {
    const madeAt = start + Math.floor((at * (DAYS - 1) * DAY_MS) / links)
    const special = clicks.get(at)
    return {
      at,
      id: firstIdAt(madeAt) + digits(at, BASE32, 16),
      slug: digits((at * STRIDE) % BASE31.length ** SLUG_LENGTH, BASE31, SLUG_LENGTH),
      owner: at % 2 === 1 ? owner : other(at),
      // What is asked about has the same days of clicks at every size.
      createdAt: special === undefined ? madeAt : start,
      clicks: special ?? Math.floor(((at + 1) * usual) / links) - Math.floor((at * usual) / links),
      isBusy: special !== undefined,
    }
  }
  return { links, owner, asked, top, end, link, clicksOf: (one) => clicksOf(one, start) }
}

function* clicksOf(link: PlannedLink, start: number): Generator<readonly Click[]> {
  const draw = createDraw(link.at)
  const days = link.isBusy ? DAYS : 1
  let made = 0
  for (let day = 0; day < days; day++) {
    const until = Math.floor(((day + 1) * link.clicks) / days)
    const first = link.isBusy ? start + day * DAY_MS : nextHour(link.createdAt)
    const width = link.isBusy ? DAY_MS : HOUR_MS
    const clicks: Click[] = []
    for (; made < until; made++) clicks.push(clickOf(link, made, first + Math.floor(draw() * width), draw))
    if (clicks.length > 0) yield clicks
  }
}

/** Most visitors of a link come from one place and one site; busy links are met from everywhere. */
function clickOf(link: PlannedLink, number: number, at: number, draw: () => number): Click {
  const stray = link.isBusy ? 0.8 : 0.1
  const pick = (values: readonly string[]) =>
    values[draw() < stray ? Math.floor(draw() * values.length) : link.at % values.length]!
  const bot = draw() < 0.05
  return {
    id: firstIdAt(at) + digits(link.at, BASE32, 8) + digits(number, BASE32, 8),
    at,
    linkId: link.id,
    ruleId: null,
    outcome: 'redirect',
    counted: true,
    bot,
    prefetch: false,
    head: false,
    country: pick(COUNTRIES),
    device: bot ? 'bot' : pick(DEVICES),
    browser: bot ? 'other' : pick(BROWSERS),
    referrer: draw() < 0.3 ? null : pick(REFERRERS),
    language: pick(LANGUAGES),
    // One in five has been here before.
    visitor: pseudonym(link.at, Math.floor(draw() * link.clicks * 0.8)),
  }
}

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
export function createDraw(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

function pseudonym(link: number, visitor: number): string {
  const mixed = Math.imul(visitor + 1, 0x9e3779b1) >>> 0
  return `${hex(mixed)}${hex(Math.imul(link + 1, 0x85ebca6b) >>> 0)}${hex(visitor)}`
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0')
}

function digits(value: number, alphabet: string, length: number): string {
  let text = ''
  for (let rest = value; text.length < length; rest = Math.floor(rest / alphabet.length)) {
    text = alphabet[rest % alphabet.length] + text
  }
  return text
}

function nextHour(at: number): number {
  return (Math.floor(at / HOUR_MS) + 1) * HOUR_MS
}

function odd(value: number): number {
  return Math.floor(value) | 1
}

function other(at: number): Owner {
  const id = `growth-${Math.floor(at / 2000)}`
  return { id, subject: id }
}
