// A server program that was found, wherever that was, and the search along several ways.
import { cpSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { command } from '../command.ts'
import { isOpenTo, type User } from './nobody.ts'

export interface Found {
  /** The program's file, or the folder with all that it needs. */
  readonly home: string
  /** The program's place in `home`; empty if it is the file. */
  readonly server: string
  /** Folders in `home` with libraries that the program does not find by itself. */
  readonly libraries?: readonly string[]
}

export interface Way {
  readonly name: string
  /** Undefined: not to be had this way. What it throws is told if every other way fails too. */
  find(): Found | undefined | Promise<Found | undefined>
}

export interface Wanted {
  readonly title: string
  readonly oldest: number
  readonly ways: readonly Way[]
  /** What to do when nothing was found. */
  readonly advice: string
}

export interface Program {
  readonly server: string
  readonly env: Readonly<Record<string, string>>
}

/** The first that is there, runs, and is not too old. */
export async function findProgram({ title, oldest, ways, advice }: Wanted): Promise<Found> {
  const reasons: string[] = []
  for (const { name, find } of ways) {
    try {
      const found = await find()
      const complaint = found === undefined ? 'not there' : await complain(found, oldest)
      if (found !== undefined && complaint === undefined) return found
      reasons.push(`${name}: ${complaint}`)
    } catch (error) {
      reasons.push(`${name}: ${error instanceof Error ? error.message.trim() : error}`)
    }
  }
  throw new Error(`The tests need ${title} ${oldest} or later. ${advice}\nTried:\n  ${reasons.join('\n  ')}`)
}

/** Where this user may run it: a copy in the folder, if nobody else may go where it is. */
export function openProgram(found: Found, user: User | undefined, folder: string): Program {
  if (isOpenTo(user, found.home)) return programOf(found)
  const home = join(folder, 'program')
  cpSync(found.home, home, { recursive: true, verbatimSymlinks: true })
  return programOf({ ...found, home })
}

/** The number after the last space or `=` before it, as Postgres and Redis both write it. */
export function majorOf(text: string): number | undefined {
  const version = /(?:\) |v=)(\d+)[.\d]*/.exec(text)?.[1]
  return version === undefined ? undefined : Number(version)
}

function programOf({ home, server, libraries = [] }: Found): Program {
  const path = libraries.map((folder) => join(home, folder)).join(delimiter)
  return { server: join(home, server), env: path === '' ? {} : { LD_LIBRARY_PATH: path } }
}

async function complain(found: Found, oldest: number): Promise<string | undefined> {
  const { server, env } = programOf(found)
  const { ok, output } = await command(server, ['--version'], { env })
  const major = majorOf(output)
  if (!ok || major === undefined) return `${server} does not run: ${output.trim()}`
  return major < oldest ? `${server} is too old: ${output.trim()}` : undefined
}
