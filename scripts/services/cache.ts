// What was downloaded for the tests, kept in node_modules/.cache until that is deleted.
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { command } from '../command.ts'
import { root } from '../packages.ts'

const CACHE = join(root, 'node_modules', '.cache', 'linkwright-services')

/**
 * @param fill puts everything into an empty folder, which is there under its name only when all of it is; of several
 * processes that do this at the same time one wins
 */
export async function cached(name: string, fill: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(CACHE, name)
  if (existsSync(folder)) return folder
  mkdirSync(CACHE, { recursive: true })
  const unfinished = mkdtempSync(join(CACHE, `.${name}-`))
  try {
    await fill(unfinished)
    await demand('chmod', ['-R', 'a+rX', unfinished])
    renameSync(unfinished, folder)
  } catch (error) {
    if (!existsSync(folder)) throw error
  } finally {
    rmSync(unfinished, { recursive: true, force: true })
  }
  return folder
}

/** A command that has to succeed. */
export async function demand(name: string, args: string[], cwd?: string): Promise<void> {
  const { ok, output } = await command(name, args, cwd === undefined ? {} : { cwd })
  if (!ok) throw new Error(`${name} ${args[0]} failed: ${output.trim().slice(-1000)}`)
}
