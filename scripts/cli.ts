// Builds if needed, then becomes the `linkwright` command: same process, same arguments, same exit code.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from './build.ts'
import { root } from './packages.ts'

export async function runCli(args: string[], { quiet = false } = {}): Promise<void> {
  try {
    await build({ quiet })
  } catch (error) {
    process.stderr.write(`linkwright: ${error instanceof Error ? error.message : error}\n`)
    process.exit(1)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) hearOnce(signal)
  const bin = join(root, 'packages', 'linkwright', 'dist', 'bin.js')
  process.argv = [process.execPath, bin, ...args]
  await import(pathToFileURL(bin).href)
}

/** Copies of one Ctrl-C arrive within milliseconds; a later one is meant. */
const REPEAT_MS = 1000
const SIGNALS = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const

/**
 * Ctrl-C arrives up to three times: from the terminal, from npm and from bootstrap.mjs. The command hears the first and
 * drains; copies are dropped. A command that does not listen ends at once, as it would on its own.
 */
function hearOnce(signal: keyof typeof SIGNALS): void {
  let heardAt: number | undefined
  const hear = () => {
    const others = process.listeners(signal).filter((listener) => listener !== hear)
    if (heardAt === undefined && others.length > 0) {
      heardAt = Date.now()
      // They are called this once: the event goes to a copy of the list.
      for (const listener of others) process.off(signal, listener)
    } else if (heardAt === undefined || Date.now() - heardAt > REPEAT_MS) {
      process.exit(128 + SIGNALS[signal])
    }
  }
  process.on(signal, hear)
}
