// One stream of click events in Redis with its group of consumers: what can be asked of it, each in one call.
import type { ClickEvent } from '@linkwright/core'
import type { Connection } from './connection.ts'
import { WEEK_MS } from './keys.ts'
import { script } from './script.ts'

/** What was written in one tick of one process. */
interface Entry {
  readonly id: string
  readonly events: readonly ClickEvent[]
}

export interface Stream {
  readonly key: string
  /** Entries in it, as last heard. */
  readonly length: number
  /** @throws RedisAway, and Error if the stream is full */
  add(events: readonly ClickEvent[]): Promise<void>
  /** Takes entries that nobody has taken yet. */
  take(entries: number): Promise<readonly Entry[]>
  /** Takes over entries that their consumer has kept for too long, and removes consumers that are gone. */
  takeOver(entries: number, idleMs: number): Promise<readonly Entry[]>
  /** Deletes entries that are done with. */
  remove(ids: readonly string[]): Promise<void>
}

/** Consumers are removed when they were silent for so many times what makes an entry idle. */
const GONE = 10

const ADD = script(`
if redis.call('XLEN', KEYS[1]) >= tonumber(ARGV[1]) then return -1 end
redis.call('XADD', KEYS[1], '*', 'events', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ${WEEK_MS})
return redis.call('XLEN', KEYS[1])`)

/** The group is made where it is missing: at first, and when Redis has lost its data. */
const ASK = `
local function ask(...)
  local got = redis.pcall(...)
  if type(got) ~= 'table' or not got.err then return got end
  if string.find(got.err, 'NOGROUP') then
    redis.call('XGROUP', 'CREATE', KEYS[1], 'fold', '0', 'MKSTREAM')
    redis.call('PEXPIRE', KEYS[1], ${WEEK_MS})
  end
  return redis.call(...)
end`

const TAKE = script(`${ASK}
local got = ask('XREADGROUP', 'GROUP', 'fold', ARGV[1], 'COUNT', ARGV[2], 'STREAMS', KEYS[1], '>')
return { redis.call('XLEN', KEYS[1]), got and got[1][2] or {} }`)

const TAKE_OVER = script(`${ASK}
local got = ask('XAUTOCLAIM', KEYS[1], 'fold', ARGV[1], ARGV[3], '0-0', 'COUNT', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ${WEEK_MS})
for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], 'fold')) do
  local name, pending, idle = consumer[2], consumer[4], consumer[6]
  if pending == 0 and idle > ${GONE} * tonumber(ARGV[3]) and name ~= ARGV[1] then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], 'fold', name)
  end
end
return { redis.call('XLEN', KEYS[1]), got[2] }`)

const REMOVE = script(`
for _, id in ipairs(ARGV) do
  redis.pcall('XACK', KEYS[1], 'fold', id)
  redis.call('XDEL', KEYS[1], id)
end
return redis.call('XLEN', KEYS[1])`)

/** @param capacity entries in it at most */
export function createStream(connection: Connection, key: string, me: string, capacity: number): Stream {
  let length = 0

  return {
    key,
    get length() {
      return length
    },

    async add(events) {
      const text = JSON.stringify(events)
      const answer = Number(await connection.run(key, (client) => ADD(client, [key], [capacity, text])))
      if (answer < 0) throw new Error(`the stream of clicks in Redis is full: ${capacity} entries wait`)
      length = answer
    },

    take: (entries) => read(connection.run(key, (client) => TAKE(client, [key], [me, entries]))),

    takeOver: (entries, idleMs) =>
      read(connection.run(key, (client) => TAKE_OVER(client, [key], [me, entries, idleMs]))),

    async remove(ids) {
      length = Number(await connection.run(key, (client) => REMOVE(client, [key], ids)))
    },
  }

  async function read(answer: Promise<unknown>): Promise<readonly Entry[]> {
    const [total, rows] = (await answer) as [number, readonly Row[]]
    length = total
    return rows.map(([id, fields]) => ({ id, events: parseEvents(fields?.[1]) }))
  }
}

/** An id and its fields; none where the entry was deleted while somebody held it. */
type Row = readonly [string, readonly string[] | null]

/** Only we write into the stream. What is not ours holds no events, and must not keep those behind it waiting. */
function parseEvents(text: string | undefined): readonly ClickEvent[] {
  try {
    const events: unknown = JSON.parse(text ?? '')
    return Array.isArray(events) ? events : []
  } catch {
    return []
  }
}
