// Opens SQLite files, with as much of better-sqlite3's interface as is used here.
import { existsSync, mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'

export type Synchronous = 'normal' | 'full'

export interface Statement {
  /** Whether it gives rows. */
  readonly reader: boolean
  all(parameters: readonly unknown[]): unknown[]
  run(parameters: readonly unknown[]): { changes: number; lastInsertRowid: number | bigint }
  iterate(parameters: readonly unknown[]): IterableIterator<unknown>
}

export interface File {
  readonly open: boolean
  readonly inTransaction: boolean
  prepare(sql: string): Statement
  pragma(text: string): unknown
  close(): void
}

type Driver = new (path: string, options: { readonly timeout: number }) => File

export const MEMORY = ':memory:'

/** How long a statement waits for another process that writes (ms). */
export const BUSY_MS = 5000
export const RETRY_MS = 10
/** How long SQLite itself waits, which stops the whole process: just long enough for a short write to end. */
const BLOCK_MS = 5

/** Opens a file for writing, and makes it and its folder if need be. @throws Error that says in a line what is wrong */
export function openFile(path: string, synchronous: Synchronous): File {
  const Database = loadDriver()
  try {
    if (path !== MEMORY) makeFolder(dirname(path))
    return configure(new Database(path, { timeout: BLOCK_MS }), synchronous)
  } catch (error) {
    throw new Error(`Cannot open the SQLite file ${path}: ${reasonOf(error)}`, { cause: error })
  }
}

/** Opens a second way to a file that is open for writing already. It sees what is committed, and cannot write. */
export function openReader(path: string): File {
  const file = new (loadDriver())(path, { timeout: BUSY_MS })
  file.pragma('query_only = on')
  return file
}

/** Whether the error says that another process held the file too long, or that it cannot be written just now. */
export function isUnavailable(error: unknown): boolean {
  return /^SQLITE_(BUSY|LOCKED|FULL|IOERR|CANTOPEN|READONLY)/.test(codeOf(error))
}

/** Step by step: Node's own recursive mkdir never ends below folders that nobody can write to, such as /proc. */
function makeFolder(path: string): void {
  if (existsSync(path)) return
  makeFolder(dirname(path))
  try {
    mkdirSync(path)
  } catch (error) {
    // Another process may have been first.
    if (codeOf(error) !== 'EEXIST') throw error
  }
}

/** Whether another connection writes just now. */
export function isBusy(error: unknown): boolean {
  return codeOf(error).startsWith('SQLITE_BUSY')
}

function configure(file: File, synchronous: Synchronous): File {
  try {
    useWriteAheadLog(file)
    file.pragma(`synchronous = ${synchronous}`)
    file.pragma('foreign_keys = on')
    return file
  } catch (error) {
    file.close()
    throw error
  }
}

/** The switch needs the file for itself and does not wait for it as other statements do. */
function useWriteAheadLog(file: File): void {
  const sleeper = new Int32Array(new SharedArrayBuffer(4))
  for (const deadline = Date.now() + BUSY_MS; ; Atomics.wait(sleeper, 0, 0, RETRY_MS)) {
    try {
      file.pragma('journal_mode = wal')
      return
    } catch (error) {
      if (!isBusy(error) || Date.now() > deadline) throw error
    }
  }
}

/** Loaded when it is used: who stores elsewhere does not need the native module. */
function loadDriver(): Driver {
  const require = createRequire(import.meta.url)
  try {
    return require('better-sqlite3') as Driver
  } catch (error) {
    throw new Error(`@linkwright/storage-sql/sqlite needs the package better-sqlite3: ${reasonOf(error)}`, {
      cause: error,
    })
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]!
}
