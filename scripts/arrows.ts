// Who imports whom, by dependency-cruiser with the rules of .dependency-cruiser.cjs.
import { command, type Ended } from './command.ts'
import { filesIn, root } from './packages.ts'

interface Cruise {
  modules: Array<{ source: string }>
  summary: { violations: Array<{ from: string; to: string; rule: { name: string }; comment?: string }> }
}

/**
 * Fails as well when a source file was not looked at: with a TypeScript whose API dependency-cruiser cannot use,
 * it looks at none and finds nothing wrong.
 */
export async function arrows(live: boolean): Promise<Ended> {
  const args = ['packages', 'scripts', '--config', '.dependency-cruiser.cjs', '--output-type', 'json']
  const { output } = await command('depcruise', args)
  const cruise = read(output)
  if (!cruise) return { ok: false, output }
  const seen = new Set(cruise.modules.map(({ source }) => source))
  const sources = filesIn(root).filter((path) => /^(packages\/[^/]+\/(src|test)|scripts)\/.*\.ts$/.test(path))
  const unseen = sources.filter((path) => !seen.has(path)).map((path) => `${path} was not looked at`)
  const violations = cruise.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)
  const complaints = [...unseen, ...violations]
  if (sources.length === 0) complaints.push('there are no sources to look at')
  const text = complaints.length ? complaints.join('\n') : `${sources.length} files, no wrong arrow`
  if (live) process.stdout.write(`${text}\n`)
  return { ok: complaints.length === 0, output: text }
}

function read(output: string): Cruise | undefined {
  try {
    return JSON.parse(output)
  } catch {
    return undefined
  }
}
