// Runs a measuring script in a process of its own, on the packages as they were built.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Row } from './rows.ts'

const LIMIT_MS = 180_000

/** @param script a file beside this one, which prints rows as JSON */
export async function rowsOf(script: string, args: readonly (string | number)[]): Promise<Row[]> {
  // No export condition is passed on: the child imports what users would.
  const path = join(import.meta.dirname, script)
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', path, ...args.map(String)],
    { timeout: LIMIT_MS },
  )
  return JSON.parse(stdout) as Row[]
}
