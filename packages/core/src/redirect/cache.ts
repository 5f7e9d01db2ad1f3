// What redirects remember: bounded, second chance for what is in use, misses for a short while.
import type { Clock } from '../clock.ts'

export interface CacheEntry<T> {
  /** Null: there is no such thing. */
  readonly value: T | null
}

/** Since when changes made elsewhere are not heard of (ms); null while they are. */
export type DeafSince = () => number | null

export interface CacheOptions {
  /** Values kept at most. */
  readonly size: number
  /** Misses kept at most. */
  readonly misses: number
  /** How long a miss is believed (ms). */
  readonly missMs: number
  /** How long a value is believed (ms, from its reading, not from its use). */
  readonly hitMs: number
}

export const CACHE_DEFAULTS: CacheOptions = {
  size: 100_000,
  misses: 10_000,
  missMs: 2_000,
  hitMs: Number.POSITIVE_INFINITY,
}

/** How long a value is believed (ms, from its reading) while changes made elsewhere are not heard of. */
const DEAF_MS = 5_000
/** For how long a value may still be served when it is no longer believed and storage is away. */
const STALE_MS = 300_000

interface Slot<T> extends CacheEntry<T> {
  readonly readAt: number
  /** When it stops being true by itself (ms); Infinity where every change is reported. */
  until: number
  used: boolean
}

export class Cache<T> {
  readonly #options: CacheOptions
  readonly #clock: Clock
  readonly #deafSince: DeafSince
  readonly #hits = new Map<string, Slot<T>>()
  readonly #misses = new Map<string, Slot<T>>()
  readonly #readings = new Map<string, Promise<T | null>>()

  constructor(options: CacheOptions, clock: Clock, deafSince: DeafSince = () => null) {
    this.#options = options
    this.#clock = clock
    this.#deafSince = deafSince
  }

  get size(): number {
    return this.#hits.size + this.#misses.size
  }

  get(key: string, now: number): CacheEntry<T> | undefined {
    const slot = this.#hits.get(key) ?? this.#misses.get(key)
    if (slot === undefined || now >= slot.until) return undefined
    if (now >= slot.readAt + DEAF_MS && this.#deafSince() !== null) return undefined
    slot.used = true
    return slot
  }

  /** What was true until a while ago, for when it cannot be read anew. */
  stale(key: string, now: number): CacheEntry<T> | undefined {
    const slot = this.#hits.get(key) ?? this.#misses.get(key)
    if (slot === undefined) return undefined
    const end = Math.min(slot.until, this.#deafSince() ?? Number.POSITIVE_INFINITY)
    return now >= end + STALE_MS ? undefined : slot
  }

  /** Reads a value and keeps it. Whoever asks meanwhile shares the reading, unless a drop has overtaken it. */
  read(key: string, load: () => Promise<T | null>): Promise<T | null> {
    const shared = this.#readings.get(key)
    if (shared !== undefined) return shared
    const reading = this.#load(key, load, () => this.#readings.get(key) === reading)
    this.#readings.set(key, reading)
    return reading
  }

  drop(key: string): void {
    this.#hits.delete(key)
    this.#misses.delete(key)
    this.#readings.delete(key)
  }

  dropWhere(test: (value: T) => boolean): void {
    for (const [key, slot] of this.#hits) if (slot.value !== null && test(slot.value)) this.#hits.delete(key)
    this.#readings.clear()
  }

  /** Believes nothing any more; what was true stays for when it cannot be read anew. */
  expire(): void {
    const now = this.#clock()
    for (const slot of this.#hits.values()) slot.until = Math.min(slot.until, now)
    this.#misses.clear()
    this.#readings.clear()
  }

  clear(): void {
    this.#hits.clear()
    this.#misses.clear()
    this.#readings.clear()
  }

  /** What was read before a change must not be kept after it: a reading that was dropped is no longer current. */
  async #load(key: string, load: () => Promise<T | null>, isCurrent: () => boolean): Promise<T | null> {
    // Not in this tick: the reading is not announced yet.
    await undefined
    const now = this.#clock()
    try {
      const value = await load()
      if (isCurrent()) this.#keep(key, value, now)
      return value
    } finally {
      if (isCurrent()) this.#readings.delete(key)
    }
  }

  #keep(key: string, value: T | null, now: number): void {
    const { size, misses, hitMs, missMs } = this.#options
    const until = now + (value === null ? missMs : hitMs)
    this.#hits.delete(key)
    this.#misses.delete(key)
    if (value === null) insert(this.#misses, misses, key, { value, readAt: now, until, used: false })
    else insert(this.#hits, size, key, { value, readAt: now, until, used: false })
  }
}

/** Evicts the oldest that was not used since it was last passed over. */
function insert<T>(slots: Map<string, Slot<T>>, size: number, key: string, slot: Slot<T>): void {
  if (size < 1) return
  while (slots.size >= size) {
    const [oldest, old] = slots.entries().next().value!
    slots.delete(oldest)
    if (!old.used) break
    old.used = false
    slots.set(oldest, old)
  }
  slots.set(key, slot)
}
