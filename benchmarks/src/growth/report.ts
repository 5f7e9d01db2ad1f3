// The results of a run: tables in Markdown, and the charts.
import { NOISY, ratios, summarize } from '../statistics.ts'
import type { TableSize } from './bulk.ts'
import { drawChart } from './chart.ts'
import type { Curve } from './rounds.ts'

export interface EngineResult {
  readonly engine: string
  readonly curves: readonly Curve[]
  /** The largest size on disk. */
  readonly tables: readonly TableSize[]
  readonly fillSeconds: number
}

export interface Growth {
  readonly question: string
  readonly engine: string
  /** µs at each size. */
  readonly costs: readonly number[]
  /** To the first size, each the median of the rounds' own ratios. */
  readonly ratios: readonly number[]
  readonly spread: number
  readonly reason: string
}

const MOST = 1.5

export function growthOf(results: readonly EngineResult[]): Growth[] {
  const names = results[0]?.curves.map(({ question }) => question) ?? []
  return names.flatMap((question, at) =>
    results.map(({ engine, curves }) => {
      const { samples } = curves[at]!
      const relative = samples.map((one) => summarize(ratios(one, samples[0]!)))
      return {
        question: question.name,
        engine,
        costs: samples.map((one) => summarize(one).median),
        ratios: relative.map(({ median }) => median),
        spread: relative.at(-1)?.spread ?? 0,
        reason: question.reason,
      }
    }),
  )
}

export function toMarkdown(
  growths: readonly Growth[],
  results: readonly EngineResult[],
  sizes: readonly number[],
): string {
  const names = sizes.map(powerOf)
  const rows = growths.map((one) =>
    row([one.question, one.engine, ...one.costs.map(show), factorOf(one), verdictOf(one)]),
  )
  return [
    row(['question', 'engine', ...names.map((name) => `${name} links`), 'growth', `at most ${MOST} ×`]),
    row(['---', '---', ...names.map(() => '---:'), '---:', '---']),
    ...rows,
    '',
    'Microseconds of processor time a call, of this process and of Postgres’ connections: medians of the rounds. *Growth* is the last size against the first, the median of the rounds’ own ratios.',
    '',
    ...reasonsOf(growths),
    ...results.flatMap((result) => sizeTable(result, names.at(-1)!)),
  ].join('\n')
}

export function toChart(growths: readonly Growth[], sizes: readonly number[]): string {
  const titles = [...new Set(growths.map(({ question }) => question))]
  const panels = titles.map((title) => ({
    title,
    lines: growths.filter(({ question }) => question === title).map(({ engine, ratios }) => ({ name: engine, ratios })),
  }))
  return drawChart(panels, sizes.map(powerOf))
}

function sizeTable({ engine, tables, fillSeconds }: EngineResult, size: string): string[] {
  const kept = tables.filter(({ rows }) => rows >= 100).toSorted((a, b) => b.bytes - a.bytes)
  return [
    `${engine} at ${size} links, on disk with its indexes (filled in ${Math.round(fillSeconds)} s):`,
    '',
    row(['table', 'rows', 'MB', 'bytes a row']),
    row(['---', '---:', '---:', '---:']),
    ...kept.map(({ table, rows, bytes }) =>
      row([`\`${table}\``, rows.toLocaleString('en'), show(bytes / 1e6), Math.round(bytes / rows).toString()]),
    ),
    '',
  ]
}

function factorOf({ ratios, spread }: Growth): string {
  const factor = `${show(ratios.at(-1) ?? 1)} ×`
  return spread > NOISY ? `${factor} (± ${Math.round(spread * 50)} %)` : factor
}

function verdictOf(growth: Growth): string {
  return isBounded(growth) ? 'yes' : 'no: see below'
}

function reasonsOf(growths: readonly Growth[]): string[] {
  const grown = growths.filter((one) => !isBounded(one))
  const reasons = new Map(grown.map(({ question, reason }) => [question, reason]))
  if (reasons.size === 0) return []
  return ['Why some grow by more:', '', ...[...reasons].map(([question, reason]) => `- **${question}**: ${reason}`), '']
}

function isBounded({ ratios }: Growth): boolean {
  return (ratios.at(-1) ?? 1) <= MOST
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

function show(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en')
  return value >= 10 ? value.toFixed(1) : value.toFixed(2)
}

function powerOf(size: number): string {
  const power = Math.log10(size)
  return Number.isInteger(power)
    ? `10${[...String(power)].map((digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]).join('')}`
    : String(size)
}
