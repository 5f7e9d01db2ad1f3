// The vitest projects as steps of `npm test`, counted from vitest's own report.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { command } from './command.ts'
import type { Outcome, Step } from './step.ts'

export const suites: Step[] = [
  { title: 'unit, property and conformance tests', parts: ['unit'], run: (live) => runProject('unit', live) },
  { title: 'contract tests on SQLite', parts: ['contract'], run: (live) => runProject('contract', live) },
  {
    title: 'contract tests on Postgres and Redis',
    parts: ['contract'],
    run: (live) => runProject('contract-postgres', live),
  },
]

/** Two or three minutes on two cores of their own; what hangs has ended by itself long before. */
const LIMIT_MS = 12 * 60_000

interface Report {
  numPassedTests: number
  numFailedTests: number
  testResults: Array<{ name: string; status: string; assertionResults: Array<{ status: string }> }>
}

async function runProject(project: string, live: boolean): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'linkwright-tests-'))
  try {
    const path = join(folder, 'report.json')
    const args = ['run', '--config', 'vitest.workspace.ts', '--project', project]
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${path}`]
    const { ok, output } = await command('vitest', [...args, ...reporters], { live, limitMs: LIMIT_MS })
    if (!existsSync(path)) return { passed: 0, failed: 1, output: `${output}\nvitest ended without a report` }
    return count(JSON.parse(readFileSync(path, 'utf8')), ok, output)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A file that cannot be loaded has no failed test in the report, and neither has an error outside any test. */
function count(report: Report, ok: boolean, output: string): Outcome {
  const unloaded = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  )
  const passed = report.numPassedTests
  const failed = report.numFailedTests + unloaded.length
  if (failed > 0) return { passed, failed, output }
  if (passed === 0) return { passed, failed: 1, output: `${output}\nno test was run` }
  return { passed, failed: ok ? 0 : 1, output }
}
