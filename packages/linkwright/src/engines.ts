// The engines that the environment names: the database, Redis, and where clicks wait.
import { resolve } from 'node:path'
import type { Address, ClusterAddress } from '@linkwright/redis'
import { type Get, oneOf, readPort, readWhole, UsageError } from './values.ts'

export type Database =
  | { readonly engine: 'sqlite'; readonly path: string }
  | { readonly engine: 'postgres'; readonly url: string }

export interface Redis {
  /** One node, or some nodes of a cluster. */
  readonly where: Address
  readonly prefix: string
  /** Whether links are cached there too. */
  readonly cache: boolean
}

export interface Clicks {
  /** Where clicks wait until they are folded: on disk, in a Redis stream, or in memory, where a crash loses them. */
  readonly journal: (typeof JOURNALS)[number]
  readonly spool: { readonly folder: string; readonly sync: 'none' | 'full' }
  /** Undefined: raw clicks are kept for ever. */
  readonly retentionDays: number | undefined
}

const JOURNALS = ['spool', 'redis', 'fast'] as const

export function readDatabase(url: string): Database {
  if (/^postgres(ql)?:\/\//.test(url) && URL.canParse(url)) {
    checkSchema(new URL(url).searchParams.get('schema'))
    return { engine: 'postgres', url }
  }
  const path = /^sqlite:(?:\/\/)?(.+)$/s.exec(url)?.[1]
  if (path !== undefined) return { engine: 'sqlite', path: resolve(path) }
  throw new UsageError(
    'DATABASE_URL must be sqlite:PATH, such as sqlite:./.data/linkwright.db, or postgres://USER:PASSWORD@HOST:PORT/NAME',
  )
}

function checkSchema(name: string | null): void {
  if (name === null || /^[a-z_][a-z0-9_]{0,62}$/.test(name)) return
  throw new UsageError('The schema in DATABASE_URL must be made of small letters, digits and underscores')
}

export function readRedis(get: Get): Redis | undefined {
  const [url, nodes] = [get('REDIS_URL'), get('REDIS_CLUSTER')]
  if (url !== undefined && nodes !== undefined) throw new UsageError('Give REDIS_URL or REDIS_CLUSTER, not both')
  const where = url !== undefined ? readRedisUrl(url) : nodes !== undefined ? readCluster(nodes, get) : undefined
  const prefix = get('REDIS_PREFIX') ?? 'lw:'
  if (/[{}]/.test(prefix)) throw new UsageError('REDIS_PREFIX must not hold braces')
  const cache = oneOf('REDIS_CACHE', get('REDIS_CACHE') ?? 'off', ['on', 'off']) === 'on'
  if (where !== undefined) return { where, prefix, cache }
  if (cache) throw new UsageError('REDIS_CACHE=on needs REDIS_URL or REDIS_CLUSTER')
  return undefined
}

/** Nodes have no URL that could hold these. */
function readCluster(nodes: string, get: Get): ClusterAddress {
  return {
    cluster: readNodes(nodes),
    username: get('REDIS_USERNAME'),
    password: get('REDIS_PASSWORD'),
    tls: oneOf('REDIS_TLS', get('REDIS_TLS') ?? 'off', ['on', 'off']) === 'on',
  }
}

function readRedisUrl(url: string): string {
  if (/^rediss?:\/\/./.test(url) && /^\/?\d*$/.test(URL.parse(url)?.pathname ?? 'none')) return url
  throw new UsageError('REDIS_URL must be redis://HOST:PORT or redis://HOST:PORT/NUMBER, or rediss:// for TLS')
}

function readNodes(text: string): ClusterAddress['cluster'] {
  return text.split(',').map((part) => {
    const [, host, port] = /^\s*(\[[\da-f:]+\]|[\w.-]+):(\d{1,5})\s*$/i.exec(part) ?? []
    if (host === undefined || port === undefined) {
      throw new UsageError('REDIS_CLUSTER must be HOST:PORT, comma-separated, such as redis-1:6379,redis-2:6379')
    }
    return { host: host.replace(/^\[|\]$/g, ''), port: readPort(port, 'REDIS_CLUSTER') }
  })
}

export function readClicks(get: Get, database: Database, hasRedis: boolean): Clicks {
  const journal = oneOf('CLICK_JOURNAL', get('CLICK_JOURNAL') ?? 'spool', JOURNALS)
  if (journal === 'redis' && !hasRedis) throw new UsageError('CLICK_JOURNAL=redis needs REDIS_URL or REDIS_CLUSTER')
  const days = get('CLICK_RETENTION_DAYS')
  return {
    journal,
    spool: {
      folder: spoolFolder(get('SPOOL_DIR'), database),
      sync: oneOf('SPOOL_SYNC', get('SPOOL_SYNC') ?? 'none', ['none', 'full']),
    },
    retentionDays: days === undefined ? undefined : readWhole(days, 'CLICK_RETENTION_DAYS', 1, 36_500),
  }
}

/** One for each database: whoever folds another's clicks finds none of their links, and drops them. */
function spoolFolder(given: string | undefined, database: Database): string {
  if (database.engine === 'sqlite') {
    return given === undefined ? `${database.path}-spool` : resolve(given, encodeURIComponent(database.path))
  }
  const { pathname, searchParams } = new URL(database.url)
  const name = [pathname.slice(1) || 'postgres', searchParams.get('schema') ?? []].flat().join('.')
  return resolve(given ?? './.data/spool', encodeURIComponent(name))
}
