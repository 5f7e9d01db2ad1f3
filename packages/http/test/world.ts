// A whole service in one process: a real core on the storage in memory, the contract and the door, and calls to both.
import { hash } from 'node:crypto'
import {
  CACHE_DEFAULTS,
  type Core,
  createCore,
  createIds,
  createMemoryJournal,
  createMemoryLimiter,
  createReserved,
  createSeal,
  LinkwrightError,
  PLANS,
  type Plan,
  type Reputation,
  SCOPES,
  type Scope,
  type Storage,
} from '@linkwright/core'
import { defaultProfile } from '@linkwright/core/tokens'
import { memory } from '@linkwright/storage-memory'
import { BRAND, type Call, type Handle, type Logger, type Reply } from '../src/call.ts'
import { createDoor, type DoorOptions } from '../src/redirect.ts'
import { createRest, type RestOptions } from '../src/rest/index.ts'

export const NOW = Date.parse('2026-11-22T12:00:10.000Z')
const ORIGIN = 'https://go.example.org'

export interface Asked {
  readonly method?: string
  readonly path: string
  readonly host?: string
  /** Each header is one value or several. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string | Uint8Array
}

/** A call as the kernel sees it, without any server. */
export function callOf({ method = 'GET', path, host = 'go.example.org', headers = {}, body = '' }: Asked): Call {
  const values = (name: string) => {
    const value = headers[name]
    return value === undefined ? [] : typeof value === 'string' ? [value] : value
  }
  const [start = '', ...query] = path.split('?')
  return {
    method,
    host,
    path: start,
    query: query.join('?'),
    ip: '192.0.2.1',
    trusted: false,
    header: (name) => (values(name).length === 0 ? undefined : values(name).join(', ')),
    values,
    async body(limit) {
      const bytes = Buffer.from(body)
      if (bytes.length > limit) throw tooLarge
      return bytes
    },
  }
}

const tooLarge = new LinkwrightError('PAYLOAD_TOO_LARGE')

export interface WorldOptions {
  /** Two worlds on one storage are two processes. */
  readonly storage?: Storage
  readonly plan?: Plan
  readonly rest?: Partial<RestOptions>
  readonly door?: Partial<DoorOptions>
}

export type World = Awaited<ReturnType<typeof createWorld>>

export async function createWorld(options: WorldOptions = {}) {
  const state = { now: NOW, plan: options.plan ?? PLANS.premium, reputation: 'clear' as Reputation, screened: 0 }
  const log: { level: string; context: Readonly<Record<string, unknown>>; message: string }[] = []
  const at = (level: string) => (context: object, message: string) =>
    void log.push({ level, context: { ...context }, message })
  const logger: Logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
  const clock = () => state.now
  const storage = options.storage ?? memory()
  await storage.migrate()
  let seed = Math.trunc(Math.random() * 1e9)
  const random = (bytes: number) => {
    const parts = Array.from({ length: Math.ceil(bytes / 32) }, () => Buffer.from(hash('sha256', `${seed++}`), 'hex'))
    return new Uint8Array(Buffer.concat(parts)).subarray(0, bytes)
  }
  const core: Core = createCore({
    storage,
    clock,
    random,
    ids: createIds(clock, random),
    limiter: createMemoryLimiter(),
    screen: async () => {
      state.screened++
      return state.reputation
    },
    screening: { whenUnknown: 'accept' },
    agent: (text) => ({
      device: text.includes('mobile') ? 'mobile' : 'desktop',
      browser: 'other',
      platform: null,
      bot: false,
    }),
    country: { header: null, lookup: () => null },
    hashSlow: { hash: async (text) => text, verify: async (known, text) => known === text },
    seal: createSeal('a secret of more than thirty-two bytes', random),
    plans: PLANS,
    policy: {
      origin: ORIGIN,
      prefix: '',
      isReserved: createReserved(['api']),
      allowPrivateHosts: false,
      tombstoneMs: 30 * 86_400_000,
    },
    profile: defaultProfile(),
    pepper: undefined,
    cache: CACHE_DEFAULTS,
    cookiePrefix: BRAND.cookiePrefix,
    journal: createMemoryJournal(1000),
  })
  let requests = 0
  const requestId = () => `req_${++requests}`
  const api = createRest({ core, logger, requestId, brand: BRAND, plan: () => state.plan, ...options.rest })
  const door = createDoor({
    core,
    logger,
    requestId,
    brand: BRAND,
    origin: ORIGIN,
    standalone: false,
    ...options.door,
  })

  return {
    core,
    storage,
    state,
    log,
    api,
    door,
    /** A user with a project and a token. */
    async user(email: string, scopes: readonly Scope[] = SCOPES) {
      const user = await core.accounts.create({ email, plan: 'premium' })
      const owner = await core.accounts.ownerOf(user.id)
      const token = await core.tokens.issue(owner, user.id, { name: 'test', scopes })
      return { user, owner, token: token.text, tokenId: token.id }
    },
    /** Calls the contract with a token; a body that is no text is sent as JSON. */
    async call(token: string | null, method: string, path: string, body?: unknown, headers: Asked['headers'] = {}) {
      const sent = body === undefined ? {} : { 'content-type': 'application/json' }
      const credential = token === null ? {} : { authorization: `Bearer ${token}` }
      return answerOf(api, {
        method,
        path: `/api/v1${path}`,
        headers: { ...credential, ...sent, ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
    },
  }
}

/** What came back, with its body read. */
export async function answerOf(handle: Handle, asked: Asked) {
  const reply = await handle(callOf(asked))
  if (reply === undefined) throw new Error('The call was not answered')
  return readReply(reply)
}

export function readReply(reply: Reply) {
  const headers = new Map(reply.headers.map(([name, value]) => [name.toLowerCase(), value]))
  const isJson = headers.get('content-type')?.startsWith('application/json') ?? false
  const json = isJson ? JSON.parse(reply.body ?? '') : undefined
  return { status: reply.status, headers, text: reply.body, json, code: json?.code as string | undefined }
}
