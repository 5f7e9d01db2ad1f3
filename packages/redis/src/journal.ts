// The click stream: events of a tick go into Redis together, and any process folds what any of them has written.
import { createHash } from 'node:crypto'
import type { ClickEvent, FoldBatch, Journal } from '@linkwright/core'
import type { Connection } from './connection.ts'
import { RedisAway } from './gate.ts'
import type { KeyOf } from './keys.ts'
import { createStream, type Stream } from './stream.ts'

export interface JournalOptions {
  /** Over how many streams the processes spread what they write; in a cluster they live on different nodes. */
  readonly streams: number
  /** Entries in a stream at most; whoever would add more is refused. */
  readonly capacity: number
  /** Another process takes over what one has taken and not finished for so long (ms). */
  readonly idleMs: number
}

/** A stream, and what this process has taken from it. */
interface Shard {
  readonly stream: Stream
  /** Taken, and not handed over in full. */
  held: readonly Held[]
  /** Folded, and still to be deleted. */
  done: string[]
  /** When entries of others may be looked for again. */
  nextTakeOver: number
}

interface Held {
  readonly id: string
  readonly event: ClickEvent
  readonly isLast: boolean
}

interface Batch {
  readonly events: ClickEvent[]
  readonly written: Promise<void>
}

/**
 * Keeps what Redis keeps. An entry that no fold has finished stays until its stream was not written to for a week.
 * What waits is counted in entries, each the events of one process in one tick, as it was last heard.
 */
export function createJournal(connection: Connection, keyOf: KeyOf, me: string, options: JournalOptions): Journal {
  const shards = Array.from({ length: options.streams }, (_, at): Shard => {
    const stream = createStream(connection, keyOf(`clicks:${at}`), me, options.capacity)
    return { stream, held: [], done: [], nextTakeOver: 0 }
  })
  const home = createHash('sha1').update(me).digest().readUInt32BE() % shards.length
  const ordered = [...shards.slice(home), ...shards.slice(0, home)]
  let batch: Batch | undefined
  let turn = 0
  let draining: Promise<unknown> = Promise.resolve()
  let perEntry = 1
  let closed = false

  return {
    get pending() {
      return shards.reduce((sum, { stream }) => sum + stream.length, 0)
    },

    append(event) {
      if (closed) throw new Error('the click stream is closed')
      batch ??= begin()
      batch.events.push(event)
      return batch.written
    },

    drain(size, fold) {
      // One at a time: two would hand over the same events.
      const drained = draining.then(() => drain(size, fold))
      draining = drained.catch(() => {})
      return drained
    },

    async close() {
      closed = true
      await batch?.written.catch(() => {})
      await draining
    },
  }

  function begin(): Batch {
    const events: ClickEvent[] = []
    const written = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      if (batch?.events === events) batch = undefined
      const { stream } = ordered.find((shard) => connection.isOpen(shard.stream.key)) ?? ordered[0]!
      return stream.add(events)
    })
    return { events, written }
  }

  async function drain(size: number, fold: FoldBatch): Promise<number> {
    for (let tried = 0; tried < shards.length; tried++) {
      const shard = ordered[turn++ % shards.length]!
      try {
        await finish(shard)
        if (shard.held.length === 0) await hold(shard, size)
      } catch (error) {
        if (error instanceof RedisAway) continue
        throw error
      }
      if (shard.held.length > 0) return await handOver(shard, size, fold)
    }
    return 0
  }

  async function hold(shard: Shard, size: number): Promise<void> {
    const wanted = Math.max(1, Math.round(size / perEntry))
    const now = performance.now()
    let entries = await shard.stream.take(wanted)
    // Only while nothing is held: our own entries may be old because folding fails.
    if (entries.length === 0 && now >= shard.nextTakeOver) {
      entries = await shard.stream.takeOver(wanted, options.idleMs)
      if (entries.length === 0) shard.nextTakeOver = now + options.idleMs / 2
    }
    shard.held = entries.flatMap(({ id, events }) =>
      events.map((event, at) => ({ id, event, isLast: at === events.length - 1 })),
    )
    shard.done.push(...entries.filter(({ events }) => events.length === 0).map(({ id }) => id))
    if (shard.held.length > 0) perEntry = (3 * perEntry + shard.held.length / entries.length) / 4
  }

  async function handOver(shard: Shard, size: number, fold: FoldBatch): Promise<number> {
    const handed = shard.held.slice(0, size)
    await fold(handed.map(({ event }) => event))
    shard.held = shard.held.slice(handed.length)
    shard.done.push(...handed.filter(({ isLast }) => isLast).map(({ id }) => id))
    // Folded is folded: what could not be deleted now is before the next batch.
    await finish(shard).catch(() => {})
    return handed.length
  }

  async function finish(shard: Shard): Promise<void> {
    if (shard.done.length === 0) return
    await shard.stream.remove(shard.done)
    shard.done = []
  }
}
