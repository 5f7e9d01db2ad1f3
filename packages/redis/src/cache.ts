// Snapshots that processes share, with leases: only what was read after the last change is filled in.
import { randomBytes } from 'node:crypto'
import type { Found, SharedCache, Snapshot } from '@linkwright/core'
import type { Connection } from './connection.ts'
import { beside, type KeyOf } from './keys.ts'
import { script } from './script.ts'

export interface CacheOptions {
  /** How long a link is believed (ms). */
  readonly hitMs: number
  /** How long it is believed that there is no such link (ms). */
  readonly missMs: number
}

const LEASE_MS = 3000
/** Between two attempts to deliver drops that failed. */
const RETRY_MS = 500
/** Failed drops that are remembered at most. */
const MAX_OWED = 100_000

const GET = script(`
local value = redis.call('GET', KEYS[1])
if value then return { 1, value } end
return { 0, redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ${LEASE_MS}) and 1 or 0 }`)

const SET = script(`
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return redis.call('DEL', KEYS[2])`)

/**
 * A drop that Redis does not take is delivered as soon as it does, by this process; should that end before, the other
 * ones may read the old value until its time is up. So keep that short.
 */
export function createCache(
  connection: Connection,
  keyOf: KeyOf,
  { hitMs, missMs }: CacheOptions,
): SharedCache & { stop(): void } {
  /** Keys that are still to be dropped, each with the time by which its value has ended by itself. */
  const owed = new Map<string, number>()
  let timer: NodeJS.Timeout | undefined
  let stopped = false

  return {
    async get(key): Promise<Found> {
      if (owed.has(key)) return { lease: null }
      const names = namesOf(key)
      const lease = randomBytes(9).toString('base64url')
      try {
        const answer = await connection.run(names[0], (client) => GET(client, names, [lease]))
        const [isKnown, value] = answer as [1, string] | [0, 0 | 1]
        if (isKnown === 1) return { snapshot: JSON.parse(value) as Snapshot | null }
        return { lease: value === 1 ? lease : null }
      } catch {
        return { lease: null }
      }
    },

    async set(key, lease, snapshot) {
      if (owed.has(key)) return
      const names = namesOf(key)
      const args = [lease, JSON.stringify(snapshot), snapshot === null ? missMs : hitMs]
      await connection.run(names[0], (client) => SET(client, names, args)).catch(() => {})
    },

    async drop(keys) {
      await Promise.all(keys.map((key) => drop(key, Date.now() + hitMs + LEASE_MS)))
    },

    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }

  function namesOf(key: string): [value: string, lease: string] {
    const name = keyOf(`link:${key}`)
    return [name, beside(name, ':lease')]
  }

  async function drop(key: string, until: number): Promise<void> {
    const names = namesOf(key)
    try {
      await connection.run(names[0], (client) => client.del(...names))
      owed.delete(key)
    } catch {
      if (owed.size < MAX_OWED) owed.set(key, until)
      if (!stopped) timer ??= setTimeout(retry, RETRY_MS).unref()
    }
  }

  function retry(): void {
    timer = undefined
    const now = Date.now()
    for (const [key, until] of owed) {
      if (now >= until) owed.delete(key)
      else void drop(key, until)
    }
  }
}
