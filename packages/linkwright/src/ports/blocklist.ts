// Screening by a local file: hosts with their subdomains, and URL prefixes, one to a line.
import { readFile, stat } from 'node:fs/promises'
import type { Clock, Screen } from '@linkwright/core'
import { canonical, type Entries, parseEntries, type Skipped } from './entries.ts'

export interface BlocklistOptions {
  /** Told of lines that mean nothing, by number, and of a file that has gone. */
  readonly warn?: ((message: string) => void) | undefined
  readonly clock?: Clock | undefined
}

/** How often, at most, the file is looked at again, in milliseconds. */
const LOOK_MS = 1000
/** A file of another format is wrong on every line: more warnings than this say nothing new. */
const WARNINGS = 10

/**
 * A screen that flags what a file lists. Each line is a host (`evil.example`, which covers its subdomains) or
 * the beginning of a URL (`https://example.com/bad`, whatever its scheme); `#` begins a comment at the start
 * of a line or after a space. A changed file is read again when a URL is next screened; should it vanish,
 * what it last said holds.
 *
 * @throws Error where the file cannot be read at the start, in one line that names it
 */
export async function blocklist(path: string, options: BlocklistOptions = {}): Promise<Screen> {
  const { warn = () => {}, clock = Date.now } = options
  let version: string | undefined
  let entries = await load().catch((error: unknown) => {
    throw new Error(`The blocklist ${path} cannot be read${reason(error)}.`, { cause: error })
  })
  let lookedAt = clock()
  let looking: Promise<void> = Promise.resolve()
  let gone = false

  return async (urls) => {
    if (clock() - lookedAt >= LOOK_MS) {
      lookedAt = clock()
      looking = look()
    }
    await looking
    return urls.some((url) => lists(entries, url)) ? 'flagged' : 'clear'
  }

  async function look(): Promise<void> {
    try {
      if ((await versionOf(path)) !== version) entries = await load()
      gone = false
    } catch (error) {
      if (!gone) warn(`The blocklist ${path} cannot be read${reason(error)}: its last entries stay in force.`)
      gone = true
    }
  }

  async function load(): Promise<Entries> {
    // Before the text: a change in between is then seen as one at the next look.
    const before = await versionOf(path)
    const { entries: read, skipped } = parseEntries(await readFile(path, 'utf8'))
    version = before
    complain(skipped)
    return read
  }

  function complain(skipped: readonly Skipped[]): void {
    for (const { line, problem } of skipped.slice(0, WARNINGS)) warn(`${path}:${line}: ${problem}; ignored.`)
    if (skipped.length > WARNINGS) warn(`${path}: ${skipped.length - WARNINGS} more lines were ignored.`)
  }
}

async function versionOf(path: string): Promise<string> {
  const { ino, mtimeNs, size } = await stat(path, { bigint: true })
  return `${ino} ${mtimeNs} ${size}`
}

function lists(entries: Entries, text: string): boolean {
  const url = canonical(text)
  if (url === null) return false
  if (entries.prefixes.get(url.host)?.some((prefix) => url.rest.startsWith(prefix))) return true
  for (let name = url.hostname; name !== ''; name = parent(name)) if (entries.hosts.has(name)) return true
  return false
}

/** The domain above; empty for a name without dots. */
function parent(name: string): string {
  const dot = name.indexOf('.')
  return dot < 0 ? '' : name.slice(dot + 1)
}

function reason(error: unknown): string {
  return error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
}
