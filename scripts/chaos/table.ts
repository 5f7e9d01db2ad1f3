// The table of invariants, for a terminal and for a file.
import type { Invariant } from './findings.ts'

const HEADINGS = ['scenario', 'engine', 'invariant', 'measured (worst)', 'limit', 'repeats', ''] as const

export function toMarkdown(invariants: readonly Invariant[]): string {
  const rows = invariants.map((one) => cells(one).map((cell) => cell.replaceAll('|', '\\|')))
  return [HEADINGS, HEADINGS.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

export function toText(invariants: readonly Invariant[]): string {
  const rows = [[...HEADINGS], ...invariants.map(cells)]
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function cells({ name, engine, what, measured, limit, repeats, passed }: Invariant): string[] {
  const verdict = repeats === 0 ? 'not measured' : passed ? 'ok' : 'FAILED'
  return [name, engine, what, measured, limit, String(repeats), verdict]
}
