// What deciding costs: measured in a process of its own, on the rule engine as it is shipped.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { tell } from './progress.ts'
import type { Row } from './rows.ts'
import type { RuleOptions } from './rule-rounds.ts'

export async function benchRules({ rounds, ms }: RuleOptions): Promise<Row[]> {
  tell(`rules: ${rounds} rounds`)
  // No export condition here: the child imports what was built.
  const script = join(import.meta.dirname, 'rule-rounds.ts')
  const args = ['--disable-warning=ExperimentalWarning', script, String(rounds), String(ms)]
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 180_000 })
  return JSON.parse(stdout) as Row[]
}
