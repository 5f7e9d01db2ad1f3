// `npm run bench`: measures rules and redirects, and prints ratios to the least that could be done.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { rowsOf } from './child.ts'
import { chooseGenerator } from './load.ts'
import { describeMachine } from './machine.ts'
import { tell } from './progress.ts'
import { benchRedirects } from './redirect.ts'
import { type Row, toMarkdown } from './rows.ts'

const HELP = `npm run bench -- [options]

  --quick                  fewer and shorter rounds: about a minute and a half
  --only redirect|rules    that part alone
  --json                   print { machine, rows } as JSON instead of a table
  --write                  also write the table to benchmarks/results/first.md
  --help                   this text

Ratios compare what was measured in the same round. Where the middle half of the rounds lies more than 20 % apart, the
row says "noisy" and from where to where; run it again on a machine that does nothing else. With wrk in the path the load costs less and has a p99.
`

const LONG = {
  rules: { rounds: 15, ms: 200 },
  redirect: { rounds: 7, warmMs: 1000, ms: 3000, door: { rounds: 9, visits: 40_000 } },
}
const QUICK = {
  rules: { rounds: 7, ms: 100 },
  redirect: { rounds: 3, warmMs: 1000, ms: 1000, door: { rounds: 4, visits: 20_000 } },
}

/**
 * @param build makes what is measured
 * @returns the exit code: 1 when a count is wrong, 2 for wrong arguments; slow is no error
 */
export async function bench(args: readonly string[], build: () => Promise<void>): Promise<number> {
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
  const { redirect, rules } = values.quick ? QUICK : LONG
  const generator = chooseGenerator()
  const machine = describeMachine(generator.name)
  for (const line of machine) tell(line)
  const rows: Row[] = []
  if (values.only !== 'redirect') {
    tell(`rules: ${rules.rounds} rounds`)
    rows.push(...(await rowsOf('rule-rounds.ts', [rules.rounds, rules.ms])))
  }
  if (values.only !== 'rules') rows.push(...(await benchRedirects({ ...redirect, generator, built: true })))
  const report = [...machine.map((line) => `- ${line}`), '', toMarkdown(rows), ''].join('\n')
  process.stdout.write(values.json ? `${JSON.stringify({ machine, rows }, null, 2)}\n` : `${report}`)
  if (values.write) write(report, args)
  return rows.some(({ met, spread }) => met === false && spread === undefined) ? 1 : 0
}

function readArgs(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        quick: { type: 'boolean', default: false },
        only: { type: 'string' },
        json: { type: 'boolean', default: false },
        write: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    const known = values.only === undefined || values.only === 'redirect' || values.only === 'rules'
    return known ? values : `--only takes redirect or rules, not "${values.only}"`
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function write(report: string, args: readonly string[]): void {
  const folder = join(import.meta.dirname, '..', 'results')
  mkdirSync(folder, { recursive: true })
  const command = ['npm run bench', ...(args.length > 0 ? ['--', ...args] : [])].join(' ')
  const day = new Date().toISOString().slice(0, 10)
  writeFileSync(join(folder, 'first.md'), `# The first benchmark\n\n\`${command}\` on ${day}.\n\n${report}`)
}
