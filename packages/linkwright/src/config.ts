// The standalone server's configuration, from the environment; every name is a promise.
import { PLANS, type Plans } from '@linkwright/core'
import { defaultProfile, KEY_PROFILES, type KeyProfile } from '@linkwright/core/tokens'
import { createTrust } from '@linkwright/http'
import { type Clicks, type Database, type Redis, readClicks, readDatabase, readRedis } from './engines.ts'
import { LEVELS, type Level } from './logger.ts'
import { oneOf, readPort, readWorkers, UsageError } from './values.ts'

export interface Config {
  readonly database: Database
  readonly redis: Redis | undefined
  readonly clicks: Clicks
  readonly port: number
  /** Processes that serve. */
  readonly workers: number
  readonly secret: string | undefined
  /** Undefined: `http://localhost` and the port that is listened on. */
  readonly origin: string | undefined
  readonly defaultPlan: string
  readonly plans: Plans
  readonly trustProxy: readonly string[]
  readonly countryHeader: string | undefined
  readonly geoipDb: string | undefined
  readonly blocklistFile: string | undefined
  readonly safeBrowsing: { readonly apiKey: string; readonly url: string | undefined } | undefined
  readonly profile: KeyProfile
  readonly production: boolean
  readonly logLevel: Level
  readonly synchronous: 'normal' | 'full'
}

/** @throws UsageError naming the variable and what it takes */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const get = (name: string) => (env[name] === '' ? undefined : env[name])
  const apiKey = get('SAFE_BROWSING_API_KEY')
  const database = readDatabase(get('DATABASE_URL') ?? 'sqlite:./.data/linkwright.db')
  const redis = readRedis(get)
  return {
    database,
    redis,
    clicks: readClicks(get, database, redis !== undefined),
    workers: readWorkers(get('WORKERS') ?? '1', 'WORKERS'),
    port: readPort(get('PORT') ?? '3000', 'PORT'),
    secret: get('LINKWRIGHT_SECRET'),
    origin: readOrigin(get('LINKWRIGHT_ORIGIN')),
    defaultPlan: oneOf('DEFAULT_PLAN', get('DEFAULT_PLAN') ?? 'free', Object.keys(PLANS)),
    plans: PLANS,
    trustProxy: readProxies(get('TRUST_PROXY') ?? ''),
    countryHeader: get('COUNTRY_HEADER')?.toLowerCase(),
    geoipDb: get('GEOIP_DB'),
    blocklistFile: get('BLOCKLIST_FILE'),
    safeBrowsing: apiKey === undefined ? undefined : { apiKey, url: get('SAFE_BROWSING_URL') },
    profile: readProfile(get('KEY_PROFILE'), get('TOKEN_PREFIX')),
    production: env.NODE_ENV === 'production',
    logLevel: oneOf('LOG_LEVEL', get('LOG_LEVEL') ?? 'info', LEVELS),
    synchronous: oneOf('SQLITE_SYNCHRONOUS', get('SQLITE_SYNCHRONOUS') ?? 'normal', ['normal', 'full']),
  }
}

/** Where links without a domain live. */
export function originOf({ origin, port }: Config): string {
  return origin ?? `http://localhost:${port}`
}

function readProxies(text: string): readonly string[] {
  const proxies = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
  try {
    createTrust(proxies)
    return proxies
  } catch {
    throw new UsageError('TRUST_PROXY must be IP addresses and CIDRs, comma-separated, such as 10.0.0.0/8')
  }
}

function readOrigin(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol) || url.href !== `${url.origin}/`) {
    throw new UsageError('LINKWRIGHT_ORIGIN must be an origin without a path, such as https://go.example.com')
  }
  return url.origin
}

function readProfile(name: string | undefined, prefix: string | undefined): KeyProfile {
  const profile = KEY_PROFILES.get(name ?? 'default')
  if (profile === undefined) throw new UsageError(`KEY_PROFILE must be one of ${[...KEY_PROFILES.keys()].join(', ')}`)
  if (prefix === undefined) return profile
  if (!/^[A-Za-z][A-Za-z0-9_-]{0,31}$/.test(prefix)) {
    throw new UsageError('TOKEN_PREFIX must be 1 to 32 letters, digits, "_" or "-", and start with a letter')
  }
  if (name === undefined || name === 'default') return defaultProfile(prefix)
  return { ...profile, prefix, shown: profile.shown - profile.prefix.length + prefix.length }
}
