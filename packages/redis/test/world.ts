// A Redis of the test's own that it may pause and kill, with processes on it.
import type { ClickEvent, Journal } from '@linkwright/core'
import { expect, onTestFinished } from 'vitest'
import { startRedis } from '../../../scripts/services/redis.ts'
import type { Service } from '../../../scripts/services/service.ts'
import { type Address, type RedisOptions, type RedisParts, redis } from '../src/index.ts'

/** Time for Redis and the connections to come back, on a busy machine too. */
export const SOON = { timeout: 30_000, interval: 20 }

export interface World {
  readonly service: Service
  /** Opens all parts, as a process of its own would, and waits until they are well. */
  open(options?: RedisOptions): Promise<RedisParts>
}

export async function createWorld(options: { readonly appendonly?: boolean } = {}): Promise<World> {
  const service = await startRedis(options)
  onTestFinished(() => service.stop())
  return { service, open: (options) => openParts(service.url, options) }
}

export async function openParts(address: Address, options: RedisOptions = {}): Promise<RedisParts> {
  const parts = redis(address, options)
  onTestFinished(() => parts.close())
  await expect.poll(() => parts.healthy(), SOON).toBe(true)
  return parts
}

/** Two ways in which Redis goes away and comes back. */
export const WAYS = [
  {
    way: 'paused',
    away: async (service: Service) => service.pause(),
    back: async (service: Service) => service.resume(),
  },
  {
    way: 'killed and started again',
    away: (service: Service) => service.kill(),
    back: (service: Service) => service.restart(),
  },
] as const

/** Runs the work, which must not wait for anything: it is refused, not timed out. */
export async function expectQuick(work: () => Promise<unknown>): Promise<void> {
  const before = performance.now()
  await work()
  // A hundred timeouts of 150 ms would take 15 s.
  expect(performance.now() - before).toBeLessThan(5000)
}

export function eventOf(id: string): ClickEvent {
  const seen = { visitor: 'v', country: null, userAgent: '', referrer: null, acceptLanguage: '' }
  return { id, at: 1, linkId: 'link', ruleId: null, outcome: 'redirect', head: false, prefetch: false, ...seen }
}

/** Whether the journal keeps an event just now. */
export async function appends(journal: Journal, id: string): Promise<boolean> {
  try {
    await journal.append(eventOf(id))
    return true
  } catch {
    return false
  }
}
