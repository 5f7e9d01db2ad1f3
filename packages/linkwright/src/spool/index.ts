// The click spool: a journal on disk. What it has taken outlives the process, and is folded by whoever is alive.
import { rmSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { FoldBatch, Journal } from '@linkwright/core'
import type { Logger } from '@linkwright/http'
import { type Claim, claim } from './claim.ts'
import { toLine } from './line.ts'
import { codeOf, reasonOf } from './reason.ts'
import { Queue, Reading, type Segment } from './segment.ts'
import { createTrouble } from './trouble.ts'
import { type Sync, Writer } from './writer.ts'

export interface SpoolOptions {
  /** Default `none`: clicks outlive a crash of the process. With `full` they outlive a crash of the machine. */
  readonly sync?: Sync
  /** Bytes after which a new segment is begun. Default 4 MB. */
  readonly segmentBytes?: number
  /** Bytes that may wait in this journal. Default 1 GiB. */
  readonly maxBytes?: number
  readonly logger?: Logger
}

const SEGMENT_BYTES = 4_000_000
const MAX_BYTES = 1_073_741_824
/** How often an owner shows that it lives, and looks for those that do not (ms). */
const BEAT_MS = 1_000
/** After such a silence an owner looks whether it was taken for dead, before it writes (ms). */
const SILENT_MS = 60_000

/**
 * Any number of processes and journals may share a folder: each has a part of its own, and takes over those of the dead.
 * @param folder made if need be
 * @throws Error that says in a line why it cannot be used
 */
export function spool(folder: string, options: SpoolOptions = {}): Journal {
  const root = resolve(folder)
  const { logger, maxBytes = MAX_BYTES } = options
  const trouble = createTrouble(root, logger)
  let own = open(root)
  let shownAt = Date.now()
  let lookDue = true
  let closed = false
  let queue = new Queue()
  let reading: Reading | undefined
  let last: Promise<unknown> = Promise.resolve()
  const writer = new Writer({
    folder: () => own.folder,
    sync: options.sync ?? 'none',
    segmentBytes: options.segmentBytes ?? SEGMENT_BYTES,
    admit,
    finished: (segment) => queue.add(segment),
    trouble,
  })
  const timer = setInterval(() => {
    lookDue = true
    show()
  }, BEAT_MS)
  timer.unref()

  return {
    get pending() {
      return queue.events + writer.events
    },

    append(event) {
      if (closed) throw new Error('The click spool is closed')
      return writer.append(toLine(event))
    },

    drain(size, fold) {
      const turn = last.then(() => (closed ? 0 : drainOnce(size, fold)))
      last = turn.catch(() => {})
      return turn
    },

    async close() {
      if (closed) return
      closed = true
      clearInterval(timer)
      await last
      await writer.finish()
      own.release()
    },
  }

  function admit(bytes: number): void {
    if (Date.now() - shownAt > SILENT_MS) show()
    if (queue.bytes + writer.bytes + bytes > maxBytes) {
      throw new Error(`it holds all that it may, ${maxBytes} bytes, until they are folded`)
    }
  }

  /** Shows that this journal lives; begins anew with a part of its own if it was taken for dead. */
  function show(): void {
    try {
      if (!own.renew()) {
        // What was there is somebody else's now, or nobody's, and found again.
        own.release()
        own = open(root)
        queue = new Queue()
        reading = undefined
        writer.leave()
        logger?.warn({}, `the part of ${root} that this process wrote was taken away; it goes on in another`)
      }
      shownAt = Date.now()
    } catch (error) {
      logger?.error({ err: error }, `the click spool ${root} cannot be used: ${reasonOf(error)}`)
    }
  }

  async function drainOnce(size: number, fold: FoldBatch): Promise<number> {
    if (lookDue) {
      lookDue = false
      own.adopt((segment) => queue.add(segment))
    }
    if (queue.oldest === undefined) await writer.finish()
    for (let segment = queue.oldest; segment !== undefined; segment = queue.oldest) {
      const current = await read(segment)
      if (current === undefined) continue
      const { events, done } = current.take(size)
      if (events.length > 0) await fold(events)
      done()
      if (current.atEnd) remove(current)
      if (events.length > 0) return events.length
    }
    return 0
  }

  /** @returns undefined for a segment that cannot be read: it stays on disk, out of the way of all others */
  async function read(segment: Segment): Promise<Reading | undefined> {
    if (reading?.segment === segment) return reading
    try {
      reading = await Reading.of(segment)
      return reading
    } catch (error) {
      // These pass.
      if (['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN'].includes(codeOf(error))) throw error
      queue.remove(segment)
      logger?.error({ err: error }, `clicks in ${segment.path} cannot be read: ${reasonOf(error)}`)
      return undefined
    }
  }

  function remove({ segment, damaged }: Reading): void {
    reading = undefined
    queue.remove(segment)
    if (damaged > 0) logger?.warn({ lines: damaged }, `damaged lines of ${segment.path} were passed over`)
    try {
      rmSync(segment.path, { force: true })
      const folder = dirname(segment.path)
      if (folder !== own.folder) own.tidy(folder)
    } catch (error) {
      logger?.error({ err: error }, `${segment.path} cannot be removed: ${reasonOf(error)}`)
    }
  }
}

/** @throws Error that says in a line what is wrong */
function open(root: string): Claim {
  try {
    return claim(root)
  } catch (error) {
    throw new Error(`Cannot keep clicks in ${root}: ${reasonOf(error)}`, { cause: error })
  }
}
