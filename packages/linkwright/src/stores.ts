// Opens what the environment names: the database, Redis, and the journal in which clicks wait.
import { createStoreLimiter, type Journal, type Storage, withFallback } from '@linkwright/core'
import type { Logger } from '@linkwright/http'
import { type RedisParts, redis } from '@linkwright/redis'
import { postgres } from '@linkwright/storage-sql/postgres'
import { sqlite } from '@linkwright/storage-sql/sqlite'
import type { Stores } from './compose.ts'
import type { Config } from './config.ts'
import { spool } from './spool/index.ts'

/** How often Redis is looked at (ms). */
const HEALTH_MS = 1_000

/** What the processes of a server work on. */
export interface OpenStores extends Stores {
  /** Closes what an instance leaves open, after it. */
  close(): Promise<void>
}

/** @throws Error in one line if a SQLite file cannot be opened; Postgres is first asked when it is needed */
export function openDatabase({ database, synchronous }: Config): Storage {
  if (database.engine === 'sqlite') return sqlite(database.path, { synchronous })
  const url = new URL(database.url)
  const schema = url.searchParams.get('schema')
  url.searchParams.delete('schema')
  return postgres(url.href, schema === null ? {} : { schema })
}

export function openRedis({ where, prefix }: NonNullable<Config['redis']>, processes = 1): RedisParts {
  return redis(where, { prefix, processes })
}

/** All that a server shares with others: without Redis, the database counts calls for all of them. */
export function openStores(config: Config, logger: Logger): OpenStores {
  const storage = openDatabase(config)
  if (config.redis === undefined) {
    const limits = createStoreLimiter(storage.open.windows)
    return { storage, limits, ...journalOf(config, undefined, logger), close: async () => {} }
  }
  const shared = openRedis(config.redis, config.workers)
  const stopTelling = tellHealth(shared, logger)
  return {
    storage,
    limits: shared.limits,
    channel: shared.channel,
    ...(config.redis.cache ? { sharedCache: shared.cache } : {}),
    ...journalOf(config, shared, logger),
    close() {
      stopTelling()
      return shared.close()
    },
  }
}

/** Every part goes on without Redis, each in its own way: nobody would notice that it is away, or never was there. */
function tellHealth(shared: RedisParts, logger: Logger): () => void {
  let isWell = true
  let seen = 0
  const timer = setInterval(() => {
    seen = shared.healthy() === isWell ? 0 : seen + 1
    // One slow answer is no news.
    if (seen < 2) return
    isWell = !isWell
    seen = 0
    if (isWell) logger.info({}, 'Redis answers again')
    else logger.warn({}, 'Redis does not answer, or not to us: each process goes on by itself until it does')
  }, HEALTH_MS)
  timer.unref()
  return () => clearInterval(timer)
}

/** While the stream cannot be reached, clicks wait on disk. */
function journalOf({ clicks }: Config, shared: RedisParts | undefined, logger: Logger): { journal?: Journal } {
  if (clicks.journal === 'fast') return {}
  const disk = spool(clicks.spool.folder, { sync: clicks.spool.sync, logger })
  return { journal: clicks.journal === 'redis' && shared !== undefined ? withFallback(shared.journal, disk) : disk }
}
