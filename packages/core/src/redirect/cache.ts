// The links of one process, compiled: bounded, second chance for what is in use, misses remembered briefly.

export interface CacheEntry<T> {
  /** Null: no such link. */
  readonly value: T | null
  /** When it stops being true by itself (ms); Infinity where every change is reported. */
  readonly until: number
}

export interface CacheOptions {
  /** Links kept at most. */
  readonly size: number
  /** Misses kept at most. */
  readonly misses: number
  /** How long a miss is believed (ms). */
  readonly missMs: number
  /** How long a link is believed (ms, from its reading, not from its use). */
  readonly hitMs: number
}

export const CACHE_DEFAULTS: CacheOptions = {
  size: 100_000,
  misses: 10_000,
  missMs: 2_000,
  hitMs: Number.POSITIVE_INFINITY,
}

interface Slot<T> extends CacheEntry<T> {
  used: boolean
}

/** A value that was read before a change must not be kept after it: `begin` and `set` see to that. */
export class LinkCache<T> {
  readonly #options: CacheOptions
  readonly #hits = new Map<string, Slot<T>>()
  readonly #misses = new Map<string, Slot<T>>()
  readonly #reading = new Map<string, object>()

  constructor(options: CacheOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#hits.size
  }

  get(key: string, now: number): CacheEntry<T> | undefined {
    const slot = this.#hits.get(key) ?? this.#misses.get(key)
    if (slot === undefined || now >= slot.until) return undefined
    slot.used = true
    return slot
  }

  /** Announces a reading. @returns the ticket to give to `set` */
  begin(key: string): object {
    const ticket = {}
    this.#reading.set(key, ticket)
    return ticket
  }

  /** Keeps what was read, unless it was dropped, or a later reading began, since `begin`. */
  set(key: string, ticket: object, value: T | null, now: number): void {
    if (this.#reading.get(key) !== ticket) return
    this.#reading.delete(key)
    const { size, misses, hitMs, missMs } = this.#options
    if (value === null) insert(this.#misses, misses, key, { value, until: now + missMs, used: false })
    else insert(this.#hits, size, key, { value, until: now + hitMs, used: false })
  }

  /** Ends a reading that failed. */
  abandon(key: string, ticket: object): void {
    if (this.#reading.get(key) === ticket) this.#reading.delete(key)
  }

  drop(key: string): void {
    this.#hits.delete(key)
    this.#misses.delete(key)
    this.#reading.delete(key)
  }

  dropWhere(test: (value: T) => boolean): void {
    for (const [key, slot] of this.#hits) if (slot.value !== null && test(slot.value)) this.#hits.delete(key)
    this.#reading.clear()
  }

  clear(): void {
    this.#hits.clear()
    this.#misses.clear()
    this.#reading.clear()
  }
}

/** Evicts the oldest that was not used since it was last passed over. */
function insert<T>(slots: Map<string, Slot<T>>, size: number, key: string, slot: Slot<T>): void {
  slots.delete(key)
  while (slots.size >= size) {
    const [oldest, old] = slots.entries().next().value!
    slots.delete(oldest)
    if (!old.used) break
    old.used = false
    slots.set(oldest, old)
  }
  slots.set(key, slot)
}
