// Writes events into segments: all events of one tick in one write, and one promise for all of them.
import { closeSync, fdatasync, openSync, rmSync, writeSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { type Segment, segmentName } from './segment.ts'
import type { Trouble } from './trouble.ts'

/** What is kept outlives the process with `none`, and the machine's losing its power with `full`. */
export type Sync = 'none' | 'full'

export interface WriterPorts {
  /** Where segments are made. */
  readonly folder: () => string
  readonly sync: Sync
  readonly segmentBytes: number
  /** Throws if so many bytes more must not be written. */
  readonly admit: (bytes: number) => void
  /** Takes each segment that nothing more is written to. */
  readonly finished: (segment: Segment) => void
  readonly trouble: Trouble
}

interface Batch {
  lines: string
  events: number
  readonly kept: Promise<void>
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

interface File {
  readonly fd: number
  readonly path: string
  bytes: number
  events: number
  /** Whether the folder's entry of it is on disk. */
  entered: boolean
}

/** How long nothing is tried after a write that failed (ms). */
const PAUSE_MS = 1_000

const syncData = promisify(fdatasync)

export class Writer {
  readonly #ports: WriterPorts
  #batch: Batch | undefined
  #file: File | undefined
  #syncing: Promise<void> | undefined
  #pause: { readonly error: unknown; readonly end: number } | undefined
  #number = 0

  constructor(ports: WriterPorts) {
    this.#ports = ports
  }

  get bytes(): number {
    return this.#file?.bytes ?? 0
  }

  get events(): number {
    return (this.#file?.events ?? 0) + (this.#batch?.events ?? 0)
  }

  /** @returns when it is kept, with all others of this tick; it rejects if they are not. @throws Error after that */
  append(line: string): Promise<void> {
    if (this.#pause !== undefined) this.#endPause(this.#pause)
    this.#batch ??= this.#begin()
    const batch = this.#batch
    batch.lines += line
    batch.events++
    return batch.kept
  }

  /** Ends the current segment, once all that was appended is in it. */
  async finish(): Promise<void> {
    await this.#batch?.kept.catch(() => {})
    const file = this.#file
    this.#file = undefined
    await this.#syncing
    if (file !== undefined) this.#end(file)
  }

  /** Goes on in another folder, and leaves the current segment to whoever has it now. */
  leave(): void {
    const file = this.#file
    this.#file = undefined
    if (file !== undefined) void (this.#syncing ?? Promise.resolve()).then(() => close(file))
  }

  #begin(): Batch {
    // After all requests that came in together; while a sync is under way, after that.
    if (this.#syncing === undefined) setImmediate(() => this.#write())
    let settle: Pick<Batch, 'resolve' | 'reject'> | undefined
    const kept = new Promise<void>((resolve, reject) => {
      settle = { resolve, reject }
    })
    return { lines: '', events: 0, kept, ...settle! }
  }

  #endPause({ error, end }: { readonly error: unknown; readonly end: number }): void {
    if (performance.now() < end) {
      this.#ports.trouble.refused(error, 1)
      throw error
    }
    this.#pause = undefined
  }

  #write(): void {
    const batch = this.#batch
    if (batch === undefined) return
    this.#batch = undefined
    try {
      const bytes = Buffer.from(batch.lines)
      this.#ports.admit(bytes.length)
      this.#file ??= this.#open()
      writeAll(this.#file, bytes)
      this.#file.events += batch.events
    } catch (error) {
      this.#fail(batch, this.#file, error)
      return
    }
    if (this.#ports.sync === 'none') this.#keep(batch, this.#file)
    else this.#syncing = this.#sync(batch, this.#file)
  }

  async #sync(batch: Batch, file: File): Promise<void> {
    try {
      await syncData(file.fd)
      if (!file.entered) await syncEntry(file)
      file.entered = true
      this.#keep(batch, file)
    } catch (error) {
      this.#fail(batch, file, error)
    }
    this.#syncing = undefined
    this.#write()
  }

  #keep(batch: Batch, file: File): void {
    this.#ports.trouble.over()
    batch.resolve()
    if (file === this.#file && file.bytes >= this.#ports.segmentBytes) this.#endCurrent()
  }

  /** What was written in part is garbage at the end of a segment: nothing may follow it there. */
  #fail(batch: Batch, file: File | undefined, error: unknown): void {
    if (file === this.#file) this.#endCurrent()
    this.#pause = { error, end: performance.now() + PAUSE_MS }
    this.#ports.trouble.refused(error, batch.events)
    batch.reject(error)
  }

  #endCurrent(): void {
    const file = this.#file
    this.#file = undefined
    if (file !== undefined) this.#end(file)
  }

  #end(file: File): void {
    close(file)
    if (file.events > 0) this.#ports.finished({ path: file.path, bytes: file.bytes, events: file.events })
    else remove(file)
  }

  #open(): File {
    const path = join(this.#ports.folder(), segmentName(++this.#number))
    return { fd: openSync(path, 'ax', 0o600), path, bytes: 0, events: 0, entered: false }
  }
}

function writeAll(file: File, bytes: Buffer): void {
  for (let done = 0; done < bytes.length; ) {
    const written = writeSync(file.fd, bytes, done)
    done += written
    file.bytes += written
  }
}

/** What could not be written has been told by then. */
function close({ fd }: File): void {
  try {
    closeSync(fd)
  } catch {}
}

/** Nothing in it was promised to anybody. */
function remove({ path }: File): void {
  try {
    rmSync(path, { force: true })
  } catch {}
}

/** A file can be found after a crash only if the folders' entries are on disk too. */
async function syncEntry({ path }: File): Promise<void> {
  const folder = dirname(path)
  await syncFolder(folder)
  await syncFolder(dirname(folder))
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path)
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
