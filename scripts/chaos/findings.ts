// What chaos has found: one row for each invariant, with the worst figure of all repeats.

export interface Invariant {
  readonly name: string
  readonly engine: string
  readonly what: string
  readonly measured: string
  readonly limit: string
  readonly repeats: number
  readonly passed: boolean
}

/** One figure, and how far it may go. */
export interface Figure {
  readonly what: string
  readonly value: number
  /** What it is a part of: summed up over repeats. */
  readonly of?: number
  readonly unit?: string
  readonly most?: number
  readonly least?: number
}

/** Told by a scenario, once for each repeat. */
export interface Judge {
  /** For what is told once, after so many repeats. */
  over(repeats: number): Judge
  figure(figure: Figure): void
  /** Has to be empty; the first ones are shown. */
  none(what: string, found: readonly string[], of?: number): void
  /** What could not be measured here, and why. */
  skipped(what: string, why: string): void
  /** Goes to the log only. */
  tell(text: string): void
}

interface Row {
  readonly figure: Figure
  worst: number
  of: number
  repeats: number
  failures: number
  readonly examples: string[]
}

interface Skip {
  readonly what: string
  readonly why: string
}

const EXAMPLES = 3

export class Findings {
  readonly #rows = new Map<string, { name: string; engine: string; row: Row | Skip }>()
  readonly #tell: (text: string) => void
  readonly #onTime: boolean

  /** @param onTime whether limits of time count: not where the machine has other things to do */
  constructor(tell: (text: string) => void, onTime: boolean) {
    this.#tell = tell
    this.#onTime = onTime
  }

  judge(name: string, engine: string, repeats = 1): Judge {
    const figure = (figure: Figure, examples: readonly string[] = []) => {
      if (figure.unit === 'ms' && !this.#onTime) return
      const row = this.#row(name, engine, figure)
      const failed = !isWithin(figure)
      row.repeats += repeats
      row.of += figure.of ?? 0
      if (isWorse(figure, row.worst)) row.worst = figure.value
      if (!failed) return
      row.failures++
      for (const example of examples.slice(0, EXAMPLES - row.examples.length)) row.examples.push(example)
      this.#tell(
        `FAILED ${name} (${engine}): ${figure.what}: ${shown(figure.value)} ${examples.slice(0, EXAMPLES).join('; ')}`,
      )
    }
    return {
      over: (repeats) => this.judge(name, engine, repeats),
      figure: (one) => figure(one),
      none: (what, found, of) =>
        figure({ what, value: found.length, most: 0, ...(of === undefined ? {} : { of }) }, found),
      skipped: (what, why) => {
        this.#rows.set(`${name}/${engine}/${what}`, { name, engine, row: { what, why } })
        this.#tell(`not measured: ${name} (${engine}): ${what}: ${why}`)
      },
      tell: (text) => this.#tell(`${name} (${engine}): ${text}`),
    }
  }

  invariants(): Invariant[] {
    return [...this.#rows.values()].map(({ name, engine, row }) =>
      'why' in row ? skippedRow(name, engine, row) : judgedRow(name, engine, row),
    )
  }

  #row(name: string, engine: string, figure: Figure): Row {
    const key = `${name}/${engine}/${figure.what}`
    const known = this.#rows.get(key)?.row
    if (known !== undefined && !('why' in known)) return known
    const row: Row = { figure, worst: figure.value, of: 0, repeats: 0, failures: 0, examples: [] }
    this.#rows.set(key, { name, engine, row })
    return row
  }
}

function judgedRow(name: string, engine: string, { figure, worst, of, repeats, failures, examples }: Row): Invariant {
  const unit = figure.unit === undefined ? '' : ` ${figure.unit}`
  const parts = [`${shown(worst)}${unit}`, ...(figure.of === undefined ? [] : [`of ${of.toLocaleString('en')}`])]
  const note = failures === 0 ? '' : ` (${failures} of ${repeats} failed${examples.map((one) => `; ${one}`).join('')})`
  const measured = parts.join(' ') + note
  return { name, engine, what: figure.what, measured, limit: limitOf(figure), repeats, passed: failures === 0 }
}

function skippedRow(name: string, engine: string, { what, why }: Skip): Invariant {
  return { name, engine, what, measured: `not measured: ${why}`, limit: '', repeats: 0, passed: true }
}

function isWithin({ value, most = Number.POSITIVE_INFINITY, least = Number.NEGATIVE_INFINITY }: Figure): boolean {
  return value <= most && value >= least
}

/** Where it may go both ways, further from the middle is worse. */
function isWorse({ value, most, least }: Figure, worst: number): boolean {
  if (most === undefined) return !(value >= worst)
  if (least === undefined) return !(value <= worst)
  return !(Math.abs(value - (most + least) / 2) <= Math.abs(worst - (most + least) / 2))
}

function limitOf({ most, least, unit }: Figure): string {
  const after = unit === undefined ? '' : ` ${unit}`
  if (most === least) return `${shown(most ?? 0)}${after}`
  return [
    ...(least === undefined ? [] : [`at least ${shown(least)}${after}`]),
    ...(most === undefined ? [] : [`at most ${shown(most)}${after}`]),
  ].join(', ')
}

function shown(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nothing' : 'no answer'
  return Number.isInteger(value) ? value.toLocaleString('en') : String(Number(value.toPrecision(value >= 99 ? 5 : 3)))
}
