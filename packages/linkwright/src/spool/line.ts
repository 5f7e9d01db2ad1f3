// A click event as a line of a file: a checksum, and JSON. A line that was written in part is told apart by it.
import { crc32 } from 'node:zlib'
import type { ClickEvent } from '@linkwright/core'

const CHECKSUM_LENGTH = 8
/** The checksum and the space after it. */
const START = CHECKSUM_LENGTH + 1

/** JSON escapes line breaks, and halves of characters that UTF-8 cannot hold. */
export function toLine(event: ClickEvent): string {
  const json = JSON.stringify(event)
  return `${checksum(json)} ${json}\n`
}

/** @param line without its line break. @returns undefined for what is damaged */
export function fromLine(line: Buffer): ClickEvent | undefined {
  const json = line.subarray(START)
  if (line.toString('latin1', 0, START) !== `${checksum(json)} `) return undefined
  try {
    return JSON.parse(json.toString()) as ClickEvent
  } catch {
    return undefined
  }
}

function checksum(json: string | Buffer): string {
  return crc32(json).toString(16).padStart(CHECKSUM_LENGTH, '0')
}
