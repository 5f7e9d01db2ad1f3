// How many processes are alive: each says so four times a second, in a sorted set that forgets those that do not.
import type { Connection } from './connection.ts'
import { script } from './script.ts'

export interface Processes {
  /** As far as is known; the last number known while Redis is away. */
  count(): number
  stop(): Promise<void>
}

/** For so long the others do not know of a new one: should Redis go away just then, their parts are too large. */
const BEAT_MS = 250
/** Who has not been heard of for so long is gone (s). */
const GONE_S = 5
const TTL_S = 60
/** A Redis that has just lost its data hears of the others one after the other: the largest of the last numbers is it. */
const BEATS = 20

const BEAT = script(`
local now = tonumber(redis.call('TIME')[1])
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ${GONE_S})
redis.call('EXPIRE', KEYS[1], ${TTL_S})
return redis.call('ZCARD', KEYS[1])`)

/** @param assumed what to take for true before anything is known */
export function countProcesses(connection: Connection, key: string, me: string, assumed: number): Processes {
  let recent = [assumed]
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  const beating = { last: beat(true) }

  return {
    count: () => Math.max(...recent),

    async stop() {
      stopped = true
      clearTimeout(timer)
      await beating.last
      await connection.run(key, (client) => client.zrem(key, me)).catch(() => {})
    },
  }

  async function beat(first = false): Promise<void> {
    try {
      const alive = Number(await connection.run(key, (client) => BEAT(client, [key], [me])))
      recent = first ? [alive] : [...recent.slice(1 - BEATS), alive]
    } catch {
      // The number stays as it was.
    }
    if (stopped) return
    timer = setTimeout(() => {
      beating.last = beat()
    }, BEAT_MS).unref()
  }
}
