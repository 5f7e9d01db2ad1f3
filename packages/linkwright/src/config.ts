// The standalone server's configuration, from the environment; every name is a promise.
import { resolve } from 'node:path'
import { PLANS, type Plans } from '@linkwright/core'
import { defaultProfile, KEY_PROFILES, type KeyProfile } from '@linkwright/core/tokens'
import { createTrust } from '@linkwright/http'
import { LEVELS, type Level } from './logger.ts'

export interface Config {
  /** Path of the SQLite file. */
  readonly database: string
  readonly port: number
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

/** A mistake in the configuration or on the command line: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** @throws UsageError naming the variable and what it takes */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const get = (name: string) => (env[name] === '' ? undefined : env[name])
  const apiKey = get('SAFE_BROWSING_API_KEY')
  return {
    database: readDatabase(get('DATABASE_URL') ?? 'sqlite:./.data/linkwright.db'),
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
    logLevel: oneOf('LOG_LEVEL', get('LOG_LEVEL') ?? 'info', LEVELS) as Level,
    synchronous: oneOf('SQLITE_SYNCHRONOUS', get('SQLITE_SYNCHRONOUS') ?? 'normal', ['normal', 'full']) as
      | 'normal'
      | 'full',
  }
}

/** Where links without a domain live. */
export function originOf({ origin, port }: Config): string {
  return origin ?? `http://localhost:${port}`
}

export function readPort(text: string, name: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new UsageError(`${name} must be a port number from 0 to 65535`)
  return port
}

function readDatabase(url: string): string {
  const path = /^sqlite:(?:\/\/)?(.+)$/s.exec(url)?.[1]
  if (path === undefined) throw new UsageError('DATABASE_URL must be sqlite:PATH, such as sqlite:./.data/linkwright.db')
  return resolve(path)
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

function oneOf(name: string, value: string, allowed: readonly string[]): string {
  if (!allowed.includes(value)) throw new UsageError(`${name} must be one of ${allowed.join(', ')}`)
  return value
}
