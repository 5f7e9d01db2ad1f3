// linkwright(options): one call that puts core, contracts and background work together around a host's storage.
import { randomBytes } from 'node:crypto'
import {
  CACHE_DEFAULTS,
  type Core,
  createCore,
  createIds,
  createMemoryJournal,
  createMemoryLimiter,
  createReserved,
  createSeal,
  type Journal,
  type MaybePromise,
  type MigrationReport,
  type Owner,
  PLANS,
  type Plan,
  type Plans,
  withFallback,
} from '@linkwright/core'
import { defaultProfile } from '@linkwright/core/tokens'
import { createDoor, type Handle, type Logger } from '@linkwright/http'
import { createRest } from '@linkwright/http/rest'
import { createActing, type Facade } from './as.ts'
import { startBackground } from './background.ts'
import { readBrand } from './brand.ts'
import { createLogger } from './logger.ts'
import type { AsOptions, LinkwrightOptions, OwnerLike } from './options.ts'
import { argon2id, createAgent, noCountry } from './ports/index.ts'
import { checkSecret, DEVELOPMENT_SECRET } from './secret.ts'
import { spool } from './spool/index.ts'

export interface Linkwright {
  /** The API, to mount at `apiBase`; undefined for paths that are not below it. */
  readonly api: Handle
  /** The redirects; undefined for unknown slugs, so that the host's own routes go on (unless `standalone`). */
  readonly redirects: Handle
  /** Acts for an owner without HTTP: the trusted way in, for a host's own code. Same inputs, outputs and errors. */
  as(owner: OwnerLike, options?: AsOptions): Facade
  readonly core: Core
  /** Brings the database up to date, and gets ready for visits; call it before the first request. */
  migrate(): Promise<MigrationReport>
  /** Whether the storage answers and its schema is current. */
  ready(): Promise<boolean>
  /** Writes the clicks that are still waiting; afterwards they are in the statistics. */
  flush(): Promise<void>
  /** Stops background work, hands over what is waiting, and closes the storage. */
  close(): Promise<void>
}

const DAY_MS = 86_400_000

/** @throws Error naming the option that is wrong */
export function linkwright(options: LinkwrightOptions): Linkwright {
  const logger = options.logger ?? createLogger('warn', (line) => process.stderr.write(line))
  const brand = readBrand(options.brand)
  const apiBase = readBase('apiBase', options.apiBase ?? '/api/v1')
  const linkBase = readBase('linkBase', options.linkBase ?? '')
  const origin = readOrigin(options.origin)
  const clock = options.clock ?? Date.now
  const random = options.random ?? randomBytes
  const seal = createSeal(readSecret(options.secret, logger), random)
  // Where nothing else can keep clicks, memory does for a while.
  const memory = createMemoryJournal(options.clickCapacity ?? 100_000)
  const durable = openJournal(options, logger)
  const journal = durable === undefined ? memory : withFallback(durable, memory)
  const routes = [apiBase, linkBase].map((base) => base.split('/')[1] ?? '').filter((word) => word !== '')

  const core = createCore({
    storage: options.storage,
    clock,
    random,
    ids: createIds(clock, random),
    limiter: options.limits ?? createMemoryLimiter(),
    screen: options.screen ?? (async () => 'clear'),
    screening: { whenUnknown: options.whenScreeningFails ?? 'accept' },
    agent: options.agent ?? createAgent(),
    country: { ...noCountry, ...options.country },
    hashSlow: argon2id(),
    seal,
    plans: options.plans ?? PLANS,
    policy: {
      origin,
      prefix: linkBase,
      isReserved: createReserved([...routes, ...(options.reserved ?? [])]),
      allowPrivateHosts: options.allowPrivateHosts ?? false,
      onlyOwnHosts: options.onlyOwnHosts ?? false,
      tombstoneMs: (options.tombstoneDays ?? 30) * DAY_MS,
    },
    profile: options.keyProfile ?? defaultProfile(brand.tokenPrefix),
    pepper: options.tokenPepper,
    cache: { ...CACHE_DEFAULTS, ...options.cache },
    cookiePrefix: brand.cookiePrefix,
    journal,
    channel: options.channel,
    sharedCache: options.sharedCache,
  })
  const requestId = createRequestIds(random)
  const background = startBackground(core, logger, {
    clickRetentionMs: (options.clickRetentionDays ?? Number.POSITIVE_INFINITY) * DAY_MS,
    isSafe: () => durable !== undefined && memory.pending === 0,
  })
  const plans: Plans = core.plans
  /** Users that are kept here have a plan on file; for all others the host knows. */
  const planOf = (owner: Owner, name: string | null): MaybePromise<Plan> => {
    if (name === null && options.host !== undefined) return options.host.plan(owner)
    return (name !== null && Object.hasOwn(plans, name) ? plans[name] : undefined) ?? PLANS.free
  }
  let closed: Promise<void> | undefined

  return {
    api: createRest({
      core,
      host: options.host,
      origins: options.origins,
      plan: planOf,
      base: apiBase,
      logger,
      requestId,
      brand,
      deprecated: options.deprecated,
    }),
    redirects: createDoor({
      core,
      brand,
      origin,
      logger,
      requestId,
      page: options.page,
      contentSecurityPolicy: options.contentSecurityPolicy,
      standalone: options.standalone ?? false,
    }),
    as: createActing(core, options),
    core,
    async migrate() {
      const report = await core.storage.migrate()
      await core.recorder.prepare()
      return report
    },
    ready: async () => (await core.storage.ready()) === 'current',
    flush: () => core.recorder.flush(),
    close() {
      closed ??= end().finally(() => core.storage.close())
      return closed
    },
  }

  /** What a durable journal holds waits for the next start; what only memory holds is lost, which is an error. */
  async function end(): Promise<void> {
    try {
      await background.stop()
    } catch (error) {
      if (memory.pending > 0) throw error
      logger.error({ err: error }, 'clicks could not be folded; they are folded after the next start')
    } finally {
      await journal.close()
    }
  }
}

function openJournal({ journal, spool: folder, storage }: LinkwrightOptions, logger: Logger): Journal | undefined {
  if (journal !== undefined) return journal
  const home = folder ?? storage.spoolFolder
  return home === undefined || home === false ? undefined : spool(home, { logger })
}

function readOrigin(text: string): string {
  const url = URL.parse(text)
  if (url !== null && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`) return url.origin
  throw new Error('linkwright: origin must be scheme and host without a path, such as https://go.acme.com')
}

function readBase(name: string, base: string): string {
  if (base === '' || /^(\/[A-Za-z0-9_.-]+)+$/.test(base)) return base
  throw new Error(`linkwright: ${name} must be empty or a path such as /api/v1, without a trailing slash`)
}

function readSecret(secret: string | undefined, logger: Logger): string {
  if (secret !== undefined) return checkSecret(secret)
  if (process.env.NODE_ENV === 'production') {
    throw new Error('linkwright: secret is required in production: give at least 32 bytes')
  }
  logger.warn({}, 'linkwright has no secret: signing keys are stored as good as open; give one before production')
  return DEVELOPMENT_SECRET
}

/** Unique without drawing randomness each time: a process's own prefix, and a count. */
function createRequestIds(random: (bytes: number) => Uint8Array): () => string {
  const prefix = `req_${Buffer.from(random(9)).toString('base64url')}`
  let count = 0
  return () => `${prefix}${(++count).toString(36)}`
}
