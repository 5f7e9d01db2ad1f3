// A whole core on the storage in memory, with a clock that stands still, seeded randomness and a screen that obeys.
import { memory } from '@linkwright/storage-memory'
import type { Caller, Owner, Scope } from '../src/caller.ts'
import { SCOPES } from '../src/caller.ts'
import { createMemoryJournal } from '../src/clicks/journal.ts'
import type { AgentClass } from '../src/clicks/visitor.ts'
import { type CorePorts, createCore } from '../src/core.ts'
import { LinkwrightError } from '../src/errors.ts'
import { createIds } from '../src/ids.ts'
import { newLink } from '../src/links/input.ts'
import { createReserved } from '../src/links/slug.ts'
import { parse } from '../src/parse.ts'
import { PLANS } from '../src/plan.ts'
import { createMemoryLimiter } from '../src/quota/limiter.ts'
import { CACHE_DEFAULTS } from '../src/redirect/cache.ts'
import type { Visit } from '../src/redirect/visit.ts'
import { newRule } from '../src/rules/input.ts'
import type { Reputation } from '../src/screening/screening.ts'
import { createSeal } from '../src/seal.ts'
import { defaultProfile } from '../src/tokens/index.ts'

export const START = Date.parse('2026-11-22T10:00:00.000Z')

/** @param options replace single ports of the core */
export function createWorld(options: Partial<CorePorts> = {}) {
  const time = { now: START }
  const clock = () => time.now
  const random = seeded(7)
  const storage = options.storage ?? memory()
  const screen = { answer: 'clear' as Reputation, asked: [] as string[][] }
  const core = createCore({
    storage,
    clock,
    random,
    ids: createIds(clock, random),
    limiter: createMemoryLimiter(),
    screen: async (urls) => {
      screen.asked.push([...urls])
      return screen.answer
    },
    screening: { whenUnknown: 'accept' },
    hashSlow: { hash: async (text) => `slow:${text}`, verify: async (hash, text) => hash === `slow:${text}` },
    seal: createSeal('a secret of more than thirty-two bytes', random),
    plans: PLANS,
    policy: POLICY,
    profile: defaultProfile(),
    pepper: undefined,
    cache: CACHE_DEFAULTS,
    cookiePrefix: 'lw_',
    journal: createMemoryJournal(1000),
    agent: readAgent,
    country: { header: 'x-country', lookup: (ip) => (ip === '192.0.2.49' ? 'DE' : null) },
    ...options,
  })
  return {
    core,
    storage,
    time,
    screen,
    create: (body: object, caller = ALICE) => core.links.create(caller, parse(newLink, { ...TARGET, ...body })),
    rule: (linkId: string, body: object, caller = ALICE) => core.rules.create(caller, linkId, parse(newRule, body)),
    async visit(path: string, more: Partial<VisitInput> = {}) {
      return core.redirect.resolve(visitTo(path, more))
    },
    async domain(host: string, owner: Owner = ALICE.owner, caseSensitive = true) {
      const domain = await core.domains.add(owner, host, { caseSensitive })
      return core.domains.verify(owner, domain.id)
    },
  }
}

export const POLICY = {
  isReserved: createReserved(['shop']),
  allowPrivateHosts: false,
  tombstoneMs: 30 * 86_400_000,
  origin: 'https://go.example.org',
  prefix: '',
}

const TARGET = { destinationUrl: 'https://example.com/landing' }

export function callerOf(name: string, more: Partial<Caller> = {}): Caller {
  return {
    owner: { id: `project-${name}`, subject: `user-${name}` },
    actor: { kind: 'token', id: `token-${name}`, userId: `user-${name}` },
    scopes: new Set<Scope>(SCOPES),
    plan: PLANS.premium,
    ...more,
  }
}

export const ALICE = callerOf('alice')
export const BOB = callerOf('bob')

export interface VisitInput {
  readonly method: string
  readonly host: string
  readonly ip: string
  readonly trusted: boolean
  readonly headers: Readonly<Record<string, string>>
}

/** @param path with its query */
export function visitTo(path: string, more: Partial<VisitInput> = {}): Visit {
  const { method = 'GET', host = 'go.example.org', ip = '198.51.100.7', trusted = false, headers = {} } = more
  const [start = '', ...rest] = path.split('?')
  return { method, host, path: start, query: rest.join('?'), ip, trusted, header: (name) => headers[name] }
}

/** Reads words that no real agent sends: `mobile ios safari`. */
export function readAgent(text: string): AgentClass {
  const has = (word: string) => text.includes(word)
  return {
    device: has('bot') ? 'bot' : has('mobile') ? 'mobile' : 'desktop',
    browser: has('safari') ? 'safari' : has('chrome') ? 'chrome' : 'other',
    platform: has('ios') ? 'ios' : has('android') ? 'android' : null,
    bot: has('bot'),
  }
}

/** Randomness that is the same each time: a linear congruential generator's high bytes. */
export function seeded(seed: number): (bytes: number) => Uint8Array {
  let state = seed
  return (bytes) =>
    Uint8Array.from({ length: bytes }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return state >>> 24
    })
}

/** The error that a call fails with. */
export async function failureOf(call: Promise<unknown> | (() => unknown)): Promise<LinkwrightError> {
  try {
    await (typeof call === 'function' ? call() : call)
  } catch (error) {
    if (error instanceof LinkwrightError) return error
    throw error
  }
  throw new Error('The call did not fail')
}

export async function codeOf(call: Promise<unknown> | (() => unknown)): Promise<string> {
  return (await failureOf(call)).code
}
