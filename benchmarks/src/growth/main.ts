// `npm run bench -- growth`: what questions cost as links and clicks grow, on both engines.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { describeMachine } from '../machine.ts'
import { tell } from '../progress.ts'
import { fill, type TableSize } from './bulk.ts'
import { check } from './check.ts'
import { createMeter, type Meter } from './meter.ts'
import { type Inhabited, inhabit, type Place } from './place.ts'
import { CLICKS_PER_LINK, createPopulation } from './population.ts'
import { openPostgres } from './postgres.ts'
import { QUESTIONS } from './questions.ts'
import { type EngineResult, growthOf, toChart, toMarkdown } from './report.ts'
import { measure } from './rounds.ts'
import { openSqlite } from './sqlite.ts'

const HELP = `npm run bench -- growth [options]

  --quick                    10³ to 10⁵ links and 10⁶ clicks: about two minutes. Else 10⁶ links and 10⁷ clicks
  --engine sqlite|postgres   that one alone
  --folder PATH              where the data is put meanwhile (default: a new folder in the system's own)
  --json                     print { machine, sizes, growths } as JSON instead of tables
  --write                    also write benchmarks/results/growth.md and growth.svg
  --help                     this text
`

const SIZES = [1_000, 10_000, 100_000, 1_000_000]
const ENGINES = ['sqlite', 'postgres'] as const
const HOUR_MS = 3_600_000

export interface Scale {
  readonly sizes: readonly number[]
  readonly rounds: number
  /** Calls of a question in a round at most; for tests. */
  readonly runs?: number
}

/** Opens a place for each name. */
type Open = (name: string) => Promise<Place>

interface Postgres {
  readonly url: string
  readonly pid: number
  stop(): Promise<void>
}

/** @returns the exit code: 2 for wrong arguments; that something grows is no error */
export async function growth(args: readonly string[], startPostgres: () => Promise<Postgres>): Promise<number> {
  const values = readArgs(args)
  if (typeof values === 'string') {
    process.stderr.write(`${values}\n\n${HELP}`)
    return 2
  }
  if (values.help) {
    process.stdout.write(HELP)
    return 0
  }
  const scale = values.quick ? { sizes: SIZES.slice(0, 3), rounds: 10 } : { sizes: SIZES, rounds: 20 }
  const machine = describeMachine('this process, one call at a time')
  const results: EngineResult[] = []
  const folder = mkdtempSync(join(values.folder ?? tmpdir(), 'linkwright-growth-'))
  try {
    if (values.engine !== 'postgres') {
      results.push(await growEngine('SQLite', (name) => openSqlite(join(folder, `${name}.db`)), scale, createMeter()))
    }
    if (values.engine !== 'sqlite') {
      const server = await startPostgres()
      try {
        results.push(
          await growEngine('Postgres', (name) => openPostgres(server.url, name), scale, createMeter(server.pid)),
        )
      } finally {
        await server.stop()
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  const growths = growthOf(results)
  const report = `${[...machine.map((line) => `- ${line}`), '', toMarkdown(growths, results, scale.sizes)].join('\n')}\n`
  process.stdout.write(values.json ? `${JSON.stringify({ machine, sizes: scale.sizes, growths }, null, 2)}\n` : report)
  if (values.write) write(report, toChart(growths, scale.sizes), args)
  return 0
}

/** Fills a place of each size, and asks all of them in turn. */
export async function growEngine(
  engine: string,
  open: Open,
  { sizes, rounds, runs = Number.POSITIVE_INFINITY }: Scale,
  meter: Meter,
): Promise<EngineResult> {
  const end = Math.floor(Date.now() / HOUR_MS) * HOUR_MS
  const places: Inhabited[] = []
  let tables: readonly TableSize[] = []
  let fillSeconds = 0
  try {
    for (const size of sizes) {
      const population = createPopulation(size, end)
      const place = await open(`growth_${size}`)
      const begin = performance.now()
      const bulk = await place.bulk()
      await fill(bulk, population)
      tables = await bulk.finish()
      fillSeconds = (performance.now() - begin) / 1000
      tell(`${engine}: ${size} links with ${size * CLICKS_PER_LINK} clicks in ${fillSeconds.toFixed(1)} s`)
      const inhabited = inhabit(place, population)
      places.push(inhabited)
      await check(inhabited)
    }
    tell(`${engine}: ${rounds} rounds`)
    const questions = QUESTIONS.map((question) => ({ ...question, runs: Math.min(question.runs, runs) }))
    return { engine, curves: await measure(questions, places, rounds, meter), tables, fillSeconds }
  } finally {
    for (const place of places) await place.remove()
  }
}

function readArgs(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        quick: { type: 'boolean', default: false },
        engine: { type: 'string' },
        folder: { type: 'string' },
        json: { type: 'boolean', default: false },
        write: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    const known = values.engine === undefined || ENGINES.some((name) => name === values.engine)
    return known ? values : `--engine takes ${ENGINES.join(' or ')}, not "${values.engine}"`
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function write(report: string, chart: string, args: readonly string[]): void {
  const folder = join(import.meta.dirname, '..', '..', 'results')
  mkdirSync(folder, { recursive: true })
  const command = ['npm run bench -- growth', ...args].join(' ')
  const day = new Date().toISOString().slice(0, 10)
  writeFileSync(join(folder, 'growth.svg'), chart)
  writeFileSync(
    join(folder, 'growth.md'),
    `# Growth\n\n\`${command}\` on ${day}.\n\n![Cost by number of links](growth.svg)\n\n${report}`,
  )
}
