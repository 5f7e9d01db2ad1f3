// Segments: files of lines that nobody writes any more, the queue of them, and the reading of one.
import { readdirSync, rmSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ClickEvent } from '@linkwright/core'
import { fromLine } from './line.ts'

export interface Segment {
  readonly path: string
  readonly bytes: number
  /** Events that wait in it; of another's segment a guess, until it is read. */
  events: number
}

const SUFFIX = '.clicks'
/** Bytes of a usual event. */
const USUAL = 450
const LINE_BREAK = 10

/** Names sort by the order of writing. */
export function segmentName(number: number): string {
  return String(number).padStart(8, '0') + SUFFIX
}

/** The segments in a folder, oldest first. Empty ones are removed. */
export function segmentsIn(folder: string): Segment[] {
  const segments: Segment[] = []
  for (const name of readdirSync(folder).sort()) {
    if (!name.endsWith(SUFFIX)) continue
    const path = join(folder, name)
    const bytes = statSync(path).size
    if (bytes === 0) rmSync(path, { force: true })
    else segments.push({ path, bytes, events: Math.ceil(bytes / USUAL) })
  }
  return segments
}

/** Segments that wait to be folded, and what they add up to. */
export class Queue {
  readonly #segments = new Set<Segment>()
  #bytes = 0

  get oldest(): Segment | undefined {
    return this.#segments.values().next().value
  }

  get bytes(): number {
    return this.#bytes
  }

  get events(): number {
    let events = 0
    for (const segment of this.#segments) events += segment.events
    return events
  }

  add(segment: Segment): void {
    this.#segments.add(segment)
    this.#bytes += segment.bytes
  }

  remove(segment: Segment): void {
    if (this.#segments.delete(segment)) this.#bytes -= segment.bytes
  }
}

/** A segment in memory; its lines are parsed only as they are handed over. */
export class Reading {
  readonly segment: Segment
  readonly #bytes: Buffer
  #start = 0
  /** Lines that were not what had been written. */
  damaged = 0

  private constructor(segment: Segment, bytes: Buffer) {
    this.segment = segment
    this.#bytes = bytes
  }

  static async of(segment: Segment): Promise<Reading> {
    const bytes = await readFile(segment.path)
    segment.events = countLines(bytes)
    return new Reading(segment, bytes)
  }

  /** The next events, none at the end. They come again until `done` is called. */
  take(size: number): { readonly events: readonly ClickEvent[]; done(): void } {
    const events: ClickEvent[] = []
    let end = this.#start
    let damaged = 0
    while (events.length < size && end < this.#bytes.length) {
      const found = this.#bytes.indexOf(LINE_BREAK, end)
      const stop = found === -1 ? this.#bytes.length : found
      const event = fromLine(this.#bytes.subarray(end, stop))
      if (event === undefined) damaged++
      else events.push(event)
      end = stop + 1
    }
    return {
      events,
      done: () => {
        this.#start = end
        this.damaged += damaged
        this.segment.events -= events.length + damaged
      },
    }
  }

  get atEnd(): boolean {
    return this.#start >= this.#bytes.length
  }
}

function countLines(bytes: Buffer): number {
  let lines = 0
  for (let at = bytes.indexOf(LINE_BREAK); at !== -1; at = bytes.indexOf(LINE_BREAK, at + 1)) lines++
  return bytes.at(-1) === LINE_BREAK || bytes.length === 0 ? lines : lines + 1
}
