// Whose a part of the spool is: a process is told apart from a later one with the same number, and from other machines'.
import { readFileSync, readlinkSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import { codeOf } from './reason.ts'

export interface Owner {
  readonly pid: number
  /** When it began: the machine's start and the ticks since; null where that cannot be told. */
  readonly started: string | null
  /** The machine, and which of its containers. */
  readonly host: string
}

/** How long the owner on another machine may not have been heard of until it is taken for dead (ms). */
const SILENCE_MS = 300_000

export function thisProcess(): Owner {
  return { pid: process.pid, started: startOf(process.pid), host: thisHost() }
}

/** Whether the owner that a file names will never write again. No file: it has said so itself. */
export function isGone(path: string): boolean {
  try {
    const owner = readOwner(path)
    if (owner?.host === thisHost()) return isDead(owner)
    return Date.now() - statSync(path).mtimeMs > SILENCE_MS
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return true
    throw error
  }
}

/** Undefined for a file that is only just being written, was never finished, or is not for us to read. */
function readOwner(path: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Owner
  } catch (error) {
    if (codeOf(error) === 'ENOENT') throw error
    return undefined
  }
}

/** A process that is stopped is not dead; one that has ended but was not waited for yet is. */
function isDead({ pid, started }: Owner): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return codeOf(error) === 'ESRCH'
  }
  const now = startOf(pid)
  return now !== null && started !== null && now !== started
}

function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in brackets before it may hold spaces and brackets of its own.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z' || fields[0] === 'X') return 'ended'
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${fields[19]}`
  } catch {
    return null
  }
}

/** Containers may share a name, and the numbers of one mean nothing in another. */
function thisHost(): string {
  try {
    return `${hostname()} ${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return hostname()
  }
}
