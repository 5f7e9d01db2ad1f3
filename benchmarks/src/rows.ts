// What is reported: one row for each thing measured, as a Markdown table or as JSON.
import { NOISY, ratios, summarize } from './statistics.ts'

export interface Row {
  readonly work: string
  readonly value: number
  readonly unit: string
  /** What the ratio is to. */
  readonly baseline: string | null
  readonly ratio: number | null
  /** How far the middle half of the rounds lies apart: of the ratio where there is one, else of the value. */
  readonly spread?: number
  /** Rounds differ too much for the number to be believed; `low` and `high` say between what it was. */
  readonly noisy?: boolean
  readonly low?: number
  readonly high?: number
  readonly goal?: string
  /** Absent where the run was too noisy to say. */
  readonly met?: boolean
}

export interface Measured {
  readonly work: string
  readonly unit: string
  /** One for each round. */
  readonly samples: readonly number[]
  readonly baseline?: { readonly name: string; readonly samples: readonly number[] }
  readonly goal?: { readonly text: string; readonly isMet: (value: number, ratio: number) => boolean }
}

/** A ratio is the median of the rounds' ratios, not the ratio of two medians. */
export function measuredRow({ work, unit, samples, baseline, goal }: Measured): Row {
  const value = summarize(samples)
  const perRound = baseline === undefined ? undefined : ratios(samples, baseline.samples)
  const ratio = perRound === undefined ? undefined : summarize(perRound)
  const { spread } = ratio ?? value
  const noisy = spread > NOISY
  const verdicts = new Set(
    goal === undefined ? [] : samples.map((sample, round) => goal.isMet(sample, perRound?.[round] ?? Number.NaN)),
  )
  const verdict = goal?.isMet(value.median, ratio?.median ?? Number.NaN)
  return {
    work,
    value: value.median,
    unit,
    baseline: baseline?.name ?? null,
    ratio: ratio?.median ?? null,
    spread,
    ...(noisy ? { noisy, low: value.min, high: value.max } : {}),
    ...(goal === undefined ? {} : { goal: goal.text }),
    // Noise does not matter to a goal that every single round met, or that none did.
    ...(verdict === undefined || (noisy && verdicts.size > 1) ? {} : { met: verdict }),
  }
}

/** A row that is counted, not timed: it has no noise. */
export function countedRow(work: string, value: number, unit: string, goal: string, met: boolean): Row {
  return { work, value, unit, baseline: null, ratio: null, goal, met }
}

export function toMarkdown(rows: readonly Row[]): string {
  const lines = rows.map(
    (row) => `| ${[row.work, numberOf(row), row.unit, ratioOf(row), spreadOf(row), goalOf(row)].join(' | ')} |`,
  )
  return ['| work | value | unit | ratio | spread | goal |', '|---|---:|---|---|---:|---|', ...lines].join('\n')
}

function numberOf({ value, noisy, low = value, high = value }: Row): string {
  return noisy === true ? `${show(low)}–${show(high)} (noisy)` : show(value)
}

function ratioOf({ ratio, baseline }: Row): string {
  return ratio === null ? '' : `${ratio < 10 ? ratio.toFixed(3) : ratio.toFixed(0)} × ${baseline}`
}

function spreadOf({ spread }: Row): string {
  return spread === undefined ? '' : `${(spread * 100).toFixed(0)} %`
}

function goalOf({ goal, met, noisy }: Row): string {
  if (goal === undefined) return ''
  if (met === undefined) return `${goal}: ${noisy === true ? 'too noisy to say' : 'not judged'}`
  return `${goal}: ${met ? 'met' : 'NOT met'}`
}

function show(value: number): string {
  if (Number.isInteger(value) || value >= 1000) return Math.round(value).toLocaleString('en')
  return value >= 100 ? value.toFixed(0) : value.toFixed(2)
}
