// `npm run chaos`: breaks things under load, and prints a table of invariants with what was measured.
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { root } from '../packages.ts'
import type { Invariant } from './findings.ts'
import { runScenarios } from './run.ts'
import { SCENARIOS } from './scenarios/index.ts'
import { toMarkdown, toText } from './table.ts'

const HELP = `npm run chaos -- [options]

  --quick                      fewer repeats: six minutes at most; without it, about an hour and a half
  --short                      fewer still, and limits of time do not count: what npm test runs
  --only NAME,NAME             these scenarios alone: ${SCENARIOS.map(({ name }) => name).join(', ')}
  --engine sqlite|postgres     on this engine alone; postgres comes with Redis
  --times N                    that many repeats
  --write PATH                 also write the table as Markdown
  --help                       this text

Everything runs on this machine, on services of its own. The last line is "N passed, N failed".
`

/**
 * @param build makes what is broken
 * @returns the exit code: 1 when an invariant does not hold, 2 for wrong arguments
 */
export async function chaos(args: readonly string[], build: () => Promise<void>): Promise<number> {
  const values = readArgs(args)
  if (typeof values === 'string') {
    process.stderr.write(`${values}\n\n${HELP}`)
    return 2
  }
  if (values.help) {
    process.stdout.write(HELP)
    return 0
  }
  await build()
  const begun = Date.now()
  const invariants = await runScenarios(
    {
      length: values.short ? 'short' : values.quick ? 'quick' : 'long',
      only: values.only?.split(','),
      engine: values.engine,
      times: values.times === undefined ? undefined : Number(values.times),
    },
    tell,
  )
  const minutes = ((Date.now() - begun) / 60_000).toFixed(1)
  process.stdout.write(`${toText(invariants)}\n`)
  if (values.write !== undefined) write(values.write, args, invariants, minutes)
  const judged = invariants.filter(({ repeats }) => repeats > 0)
  const failed = judged.filter(({ passed }) => !passed).length
  process.stdout.write(`${minutes} minutes\n${judged.length - failed} passed, ${failed} failed\n`)
  return failed > 0 || judged.length === 0 ? 1 : 0
}

function readArgs(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        quick: { type: 'boolean', default: false },
        short: { type: 'boolean', default: false },
        only: { type: 'string' },
        engine: { type: 'string' },
        times: { type: 'string' },
        write: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    })
    const unknown = values.only?.split(',').filter((name) => !SCENARIOS.some((scenario) => scenario.name === name))
    if (unknown !== undefined && unknown.length > 0) return `--only does not know ${unknown.join(', ')}`
    if (values.engine !== undefined && !['sqlite', 'postgres'].includes(values.engine)) {
      return `--engine takes sqlite or postgres, not "${values.engine}"`
    }
    if (values.times !== undefined && !/^[1-9]\d{0,3}$/.test(values.times)) return '--times takes a whole number'
    return values
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function tell(text: string): void {
  process.stderr.write(`chaos: ${text}\n`)
}

function write(path: string, args: readonly string[], invariants: readonly Invariant[], minutes: string): void {
  const file = join(root, path)
  mkdirSync(join(file, '..'), { recursive: true })
  const command = ['npm run chaos', ...(args.length > 0 ? ['--', ...args] : [])].join(' ')
  const day = new Date().toISOString().slice(0, 10)
  const machine = `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GB, ${process.platform}, Node ${process.versions.node}`
  const head = `# Chaos\n\n\`${command}\` on ${day}, ${minutes} minutes.\n\n- ${machine}\n`
  writeFileSync(file, `${head}\n${toMarkdown(invariants)}\n`)
}
