// `@linkwright/redis`: what several processes share through one Redis or a Redis Cluster, and what they do without it.
import { randomBytes } from 'node:crypto'
import type { Channel, Journal, Limiter, SharedCache } from '@linkwright/core'
import { createCache } from './cache.ts'
import { createChannel } from './channel.ts'
import { type Address, dial } from './client.ts'
import { connect } from './connection.ts'
import { createJournal } from './journal.ts'
import { keysWith } from './keys.ts'
import { createLimits } from './limits.ts'
import { countProcesses } from './processes.ts'

export type { Address, ClusterAddress } from './client.ts'

export interface RedisParts {
  readonly limits: Limiter
  readonly channel: Channel
  readonly journal: Journal
  readonly cache: SharedCache
  /** Whether all of Redis answers, and the channel hears. */
  healthy(): boolean
  /** Waits for what is under way. Nothing can be asked of the parts afterwards. */
  close(): Promise<void>
}

export interface RedisOptions {
  /** What all keys begin with. Processes that share it belong together. Default `lw:` */
  readonly prefix?: string
  /** A command that takes longer has failed (ms). Default 150 */
  readonly timeoutMs?: number
  /** How many processes to divide limits by while Redis is away, until their number is known. Default 1 */
  readonly processes?: number
  /** Streams that clicks are spread over; the same in all processes. Default 1, in a cluster 3 */
  readonly streams?: number
  /** Entries in a stream at most, each the clicks of one process in one tick. Default 1,000,000 */
  readonly streamEntries?: number
  /** When another process takes over clicks that one has taken and not finished (ms). Default 30,000 */
  readonly idleMs?: number
  /** How long the shared cache believes in a link (ms). Default 60,000 */
  readonly hitMs?: number
  /** How long it believes that there is no such link (ms). Default 2,000 */
  readonly missMs?: number
}

/**
 * Connects at once, and again whenever the connection is lost. While Redis is away every part answers at once in its own
 * way: limits are counted by each process for itself, the journal refuses, the channel is not healthy, the cache knows
 * nothing.
 *
 * @throws Error if the address or an option is not valid
 */
export function redis(address: Address, options: RedisOptions = {}): RedisParts {
  const me = randomBytes(8).toString('hex')
  const keyOf = keysWith(options.prefix ?? 'lw:')
  const timeoutMs = positive(options, 'timeoutMs', 150)
  const assumed = positive(options, 'processes', 1)
  const journalOptions = {
    streams: positive(options, 'streams', typeof address === 'string' ? 1 : 3),
    capacity: positive(options, 'streamEntries', 1_000_000),
    idleMs: positive(options, 'idleMs', 30_000),
  }
  const cacheOptions = { hitMs: positive(options, 'hitMs', 60_000), missMs: positive(options, 'missMs', 2000) }

  const { client, line } = dial(address)
  const connection = connect(client(), timeoutMs)
  const processes = countProcesses(connection, keyOf('processes'), me, assumed)
  const limits = createLimits(connection, keyOf, me, processes)
  const channel = createChannel(line, keyOf('changes'), me, timeoutMs)
  const journal = createJournal(connection, keyOf, me, journalOptions)
  const cache = createCache(connection, keyOf, cacheOptions)
  return {
    limits,
    channel,
    journal,
    cache,
    healthy: () => connection.healthy() && channel.healthy(),
    async close() {
      cache.stop()
      limits.stop()
      await Promise.all([channel.close(), journal.close()])
      await processes.stop()
      connection.close()
    },
  }
}

type Numbers = {
  [K in keyof RedisOptions]-?: RedisOptions[K] extends number | undefined ? K : never
}[keyof RedisOptions]

function positive(options: RedisOptions, name: Numbers, fallback: number): number {
  const value = options[name] ?? fallback
  if (!Number.isInteger(value) || value < 1) throw new Error(`redis: ${name} must be a whole number above 0`)
  return value
}
