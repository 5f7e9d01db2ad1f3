// `npm run ci:short`: what CI runs after `npm test`, the short forms of what otherwise takes long.
import { join } from 'node:path'
import { command } from './command.ts'
import { root } from './packages.ts'
import { sum, type Tally, tallyOf } from './tally.ts'

/** Scripts whose last line is "N passed, N failed". */
const SCRIPTS: ReadonlyArray<readonly [file: string, ...args: string[]]> = [['chaos.ts', '--quick']]

/** For all of them together. */
const LIMIT_MS = 15 * 60_000

const deadline = Date.now() + LIMIT_MS
const tallies: Tally[] = []
for (const [file, ...args] of SCRIPTS) {
  process.stdout.write(`\n== ${[file, ...args].join(' ')}\n`)
  const node = [...process.execArgv, join(root, 'scripts', file), ...args]
  const ended = await command(process.execPath, node, { live: true, limitMs: deadline - Date.now() })
  tallies.push(tallyOf(ended))
}
const { passed, failed } = sum(tallies)
process.stdout.write(`\n${passed} passed, ${failed} failed\n`)
process.exitCode = failed > 0 ? 1 : 0
