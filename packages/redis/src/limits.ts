// Rate limits that all processes share; while Redis is away, each process keeps to its part of the plan's number.
import { type Limiter, verdict, WINDOW_MS } from '@linkwright/core'
import type { Connection } from './connection.ts'
import type { KeyOf } from './keys.ts'
import type { Processes } from './processes.ts'
import { script } from './script.ts'

/** What this process knows of one key in one window. */
interface Count {
  readonly window: number
  /** Its key in Redis. */
  readonly name: string
  /** Calls that this process let pass. */
  admitted: number
  /** The last total heard of, and how much of it was ours. */
  heard: { readonly total: number; readonly ours: number } | undefined
}

/** Between two attempts to tell Redis what was admitted without it. */
const TELL_MS = 250
/** Longer than a window lasts on clocks that do not quite agree. */
const TTL_MS = 3 * WINDOW_MS

/**
 * A hash for each key and window: what each process has admitted, the sum of it, and how much is used up. Whoever asks
 * tells first what it has admitted so far and the largest total that it has heard: so Redis learns what was counted
 * without it, or what it has lost; then the sum is smaller than what is used up, until all processes have told theirs.
 */
const TAKE = script(`
local me, limit = ARGV[1], tonumber(ARGV[2])
local admitted, heard = tonumber(ARGV[3]), tonumber(ARGV[4])
local counts = redis.call('HMGET', KEYS[1], me, 'sum', 'used')
local mine = tonumber(counts[1] or 0)
local told = math.max(mine, admitted)
local sum = tonumber(counts[2] or 0) + told - mine
local used = math.max(sum, heard, tonumber(counts[3] or 0))
local allowed = used < limit and 1 or 0
if used + allowed > 0 then
  redis.call('HSET', KEYS[1], me, told + allowed, 'sum', sum + allowed, 'used', used + allowed)
  redis.call('PEXPIRE', KEYS[1], ${TTL_MS})
end
return { allowed, used + allowed, told + allowed }`)

/**
 * Exact while Redis answers. Without it a process lets pass the limit divided by the number of processes (but one call
 * at least), counting what it has admitted in this window before, and no more than its part of what was left when it
 * last heard: all of them together stay within the limit in every window that is begun without Redis. When Redis is
 * back, each tells what it has admitted before any of them relies on Redis again. If only some have lost Redis, their
 * parts may come on top of what the others let pass through it.
 */
export function createLimits(
  connection: Connection,
  keyOf: KeyOf,
  me: string,
  processes: Processes,
): Limiter & { stop(): void } {
  let window = -1
  let counts = new Map<string, Count>()
  /** Counts of which Redis has not heard all. */
  let untold = new Set<Count>()
  let timer: NodeJS.Timeout | undefined
  let stopped = false

  return {
    take(key, limit, now) {
      const count = countOf(key, Math.floor(now / WINDOW_MS))
      const alone = () => takeAlone(count, limit, now)
      if (!connection.isOpen(count.name)) return alone()
      // Redis is just back, and may not have been told of all yet: our own part is ours in any case.
      if (!connection.isSteady(count.name) && leftAlone(count, limit, processes.count()) < 1) return alone()
      return takeShared(count, limit, now).catch(alone)
    },

    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }

  function countOf(key: string, current: number): Count {
    // A call that read its clock just before the minute turned must not begin the minute anew.
    if (current > window || current < window - 1) {
      window = current
      counts = new Map()
      untold = new Set()
    }
    const known = counts.get(key)
    if (known !== undefined) return known
    const count: Count = { window, name: keyOf(`limit:${key}`, `:${window}`), admitted: 0, heard: undefined }
    counts.set(key, count)
    return count
  }

  async function takeShared(count: Count, limit: number, now: number) {
    const total = await ask(count, limit)
    return verdict(total !== null, total === null ? 0 : limit - total, count.window, now)
  }

  function takeAlone(count: Count, limit: number, now: number) {
    const left = leftAlone(count, limit, processes.count())
    if (left > 0) {
      count.admitted++
      untold.add(count)
      if (!stopped) timer ??= setTimeout(tell, TELL_MS).unref()
    }
    return verdict(left > 0, left - 1, count.window, now)
  }

  /** @returns the new total, or null if the limit is reached */
  async function ask(count: Count, limit: number): Promise<number | null> {
    const args = [me, limit, count.admitted, count.heard?.total ?? 0]
    const answer = await connection.run(count.name, (client) => TAKE(client, [count.name], args))
    const [allowed, total, ours] = answer as [0 | 1, number, number]
    count.admitted += allowed
    count.heard = { total, ours }
    return allowed === 1 ? total : null
  }

  async function tell(): Promise<void> {
    const telling = [...untold].map(async (count) => {
      const { admitted } = count
      // A limit of nothing asks for nothing.
      await ask(count, 0)
      if (admitted === count.admitted) untold.delete(count)
    })
    await Promise.allSettled(telling)
    timer = untold.size > 0 && !stopped ? setTimeout(tell, TELL_MS).unref() : undefined
  }
}

/** How many more calls a process may let pass by itself. */
export function leftAlone({ admitted, heard }: Pick<Count, 'admitted' | 'heard'>, limit: number, processes: number) {
  const share = Math.min(limit, Math.max(1, Math.floor(limit / processes))) - admitted
  if (heard === undefined) return share
  const since = Math.max(0, admitted - heard.ours)
  return Math.min(share, Math.floor((limit - heard.total) / processes) - since)
}
