// Reads user agents: device, browser, app platform, and whether it is a person at all.
import type { AgentClass, ReadAgent } from '@linkwright/core'
import type { Browser, Device } from '@linkwright/core/rules'
import { isbot } from 'isbot'
import UAParser from 'my-ua-parser'

export interface AgentOptions {
  /** How many user agents are remembered; the oldest make way. 10,000 by default. */
  readonly memoSize?: number | undefined
}

/** Longer than any real browser's. What is longer is cut, and not remembered. */
const LONGEST = 1024

const NOTHING: AgentClass = { device: 'unknown', browser: 'other', platform: null, bot: false }
/** A bot's browser and platform are a disguise, so rules on them are for people only. */
const BOT: AgentClass = { device: 'bot', browser: 'other', platform: null, bot: true }

/**
 * Reads what a user agent says. It never throws, and reading the same agent again costs one look-up.
 *
 * - An app's own web view (Instagram, Facebook, the Google app, …) and every browser without a word of its own
 *   are `other`, whatever engine they share with Chrome or Safari.
 * - Glasses, watches and cars are `unknown` devices.
 * - iPads that ask for desktop sites say that they are Macs, and are read as such.
 */
export function createAgent({ memoSize = 10_000 }: AgentOptions = {}): ReadAgent {
  const memo = new Map<string, AgentClass>()

  return (text) => {
    if (text.length > LONGEST) return read(text.slice(0, LONGEST))
    const known = memo.get(text)
    if (known !== undefined) return known
    const agent = read(text)
    if (memo.size >= memoSize) memo.delete(memo.keys().next().value ?? '')
    memo.set(text, agent)
    return agent
  }
}

function read(text: string): AgentClass {
  // Neither library is asked about nothing: one calls it no bot, the other looks for a browser around itself.
  if (text.trim() === '') return NOTHING
  if (isbot(text)) return BOT
  const parser = new UAParser(text)
  const os = parser.getOS().name
  const device = deviceOf(parser.getDevice().type, text)
  const handheld = device === 'mobile' || device === 'tablet'
  return {
    device,
    // The parser's pattern for this app takes milliseconds on a text made for it; its browser is `other` anyway.
    browser: /naver\(/i.test(text) ? 'other' : browserOf(parser.getBrowser().name, os),
    platform: handheld ? platformOf(os) : null,
    bot: false,
  }
}

const DEVICES: Readonly<Record<string, Device>> = {
  mobile: 'mobile',
  tablet: 'tablet',
  smarttv: 'tv',
  console: 'console',
  wearable: 'unknown',
  embedded: 'unknown',
}
/** Televisions that the parser takes for their maker's phones and tablets. */
const TV = /\b(?:smart-?tv|web0s|netcast|hbbtv|android tv|google ?tv)\b/i
const DESKTOP = /\b(?:windows nt|macintosh|x11|cros)\b/i

function deviceOf(type: string | undefined, text: string): Device {
  if (TV.test(text)) return 'tv'
  // The parser names what is not a desktop; a desktop is told by its system.
  if (type !== undefined) return DEVICES[type] ?? 'unknown'
  if (DESKTOP.test(text)) return 'desktop'
  return /opera mini/i.test(text) ? 'mobile' : 'unknown'
}

const BROWSERS: ReadonlyMap<string, Browser> = new Map<string, Browser>([
  ['Chrome', 'chrome'],
  ['Chromium', 'chrome'],
  ['Mobile Safari', 'safari'],
  ['Safari', 'safari'],
  ['Firefox', 'firefox'],
  ['Firefox Focus', 'firefox'],
  ['Klar', 'firefox'],
  ['Edge', 'edge'],
  ['Opera', 'opera'],
  ['Opera GX', 'opera'],
  ['Opera Mini', 'opera'],
  ['Opera Mobi', 'opera'],
  ['Opera Tablet', 'opera'],
  ['Opera Touch', 'opera'],
  ['Samsung Internet', 'samsung'],
  ['IE', 'ie'],
  ['IEMobile', 'ie'],
])

function browserOf(name: string | undefined, os: string | undefined): Browser {
  const browser = BROWSERS.get(name ?? '') ?? 'other'
  // Consoles and televisions with a WebKit of their own say Safari too.
  return browser === 'safari' && os !== 'iOS' && os !== 'Mac OS' ? 'other' : browser
}

function platformOf(os: string | undefined): AgentClass['platform'] {
  if (os === 'iOS') return 'ios'
  return os === 'Android' || os === 'HarmonyOS' ? 'android' : null
}
