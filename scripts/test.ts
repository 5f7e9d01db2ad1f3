// `npm test`: every check and every suite, one after the other, to the end; the last line says how many passed.
import { parseArgs, styleText } from 'node:util'
import { checks } from './checks.ts'
import { services } from './services/step.ts'
import type { Step } from './step.ts'
import { suites } from './suites.ts'
import { tools } from './tools.ts'

const HELP = `npm test -- [options]

  --only checks|unit|contract   that part alone
  --verbose                     print what each step prints, while it runs
  --help                        this text

The last line is "N passed, N failed": one for each test, and one for each check.
`

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    verbose: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
const steps = [...checks, tools, services, ...suites].filter(
  ({ parts }) => values.only === undefined || parts.some((part) => part === values.only),
)

if (values.help) process.stdout.write(HELP)
else if (steps.length === 0) {
  process.stderr.write(`--only takes checks, unit or contract, not "${values.only}"\n`)
  process.exitCode = 2
} else await runAll(steps)

/** A failing step does not stop the others: one run shows everything that is wrong. */
async function runAll(all: Step[]): Promise<void> {
  const total = { passed: 0, failed: 0 }
  const failures: string[] = []
  for (const { title, run } of all) {
    if (values.verbose) print(`\n== ${title}\n`)
    const begun = performance.now()
    const { passed, failed, output } = await run(values.verbose)
    const seconds = ((performance.now() - begun) / 1000).toFixed(1)
    total.passed += passed
    total.failed += failed
    print(
      `${failed ? colour('red', 'failed') : colour('green', 'passed')}  ${title}  (${passed} passed, ${failed} failed, ${seconds} s)\n`,
    )
    if (failed) failures.push(title)
    if (failed && !values.verbose) print(`${output.trimEnd()}\n\n`)
  }
  if (failures.length > 0) print(`\n${colour('red', 'Failed:')} ${failures.join(' · ')}\n`)
  print(`${total.passed} passed, ${total.failed} failed\n`)
  process.exitCode = total.failed ? 1 : 0
}

function print(text: string): void {
  process.stdout.write(text)
}

function colour(name: 'red' | 'green', text: string): string {
  return process.stdout.isTTY && !process.env.CI ? styleText(name, text) : text
}
