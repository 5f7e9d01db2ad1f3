// The growth benchmark on small sizes: both engines can be filled, checked and asked, and the report says what was found.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { drawChart } from './growth/chart.ts'
import { growEngine } from './growth/main.ts'
import { createMeter } from './growth/meter.ts'
import { createPopulation } from './growth/population.ts'
import { openPostgres } from './growth/postgres.ts'
import { QUESTIONS } from './growth/questions.ts'
import { growthOf, toChart, toMarkdown } from './growth/report.ts'
import { openSqlite } from './growth/sqlite.ts'

const END = Date.UTC(2026, 0, 31)
const SCALE = { sizes: [1000, 2000], rounds: 1, runs: 2 }

describe('a population', () => {
  const population = createPopulation(2000, END)
  const planned = Array.from({ length: 2000 }, (_, at) => population.link(at))

  test('has links in the order of their ids, each with a slug of its own', () => {
    const ids = planned.map(({ id }) => id)
    expect(ids).toEqual(ids.toSorted())
    expect(new Set(planned.map(({ slug }) => slug)).size).toBe(2000)
  })

  test('has ten clicks a link, each with an id of its own, none before its link and none after the end', () => {
    const ids = new Set<string>()
    for (const link of planned) {
      const clicks = [...population.clicksOf(link)].flat()
      expect(clicks.length).toBe(link.clicks)
      for (const { id, at } of clicks) {
        ids.add(id)
        expect(at >= link.createdAt && at < END).toBe(true)
      }
    }
    expect(ids.size).toBe(planned.reduce((sum, { clicks }) => sum + clicks, 0))
    expect(ids.size / 20_000).toBeCloseTo(1, 1)
  })
})

test('SQLite can be filled and asked', { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'linkwright-growth-'))
  try {
    judge(await growEngine('SQLite', (name) => openSqlite(join(folder, `${name}.db`)), SCALE, createMeter()))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('Postgres can be filled and asked', { timeout: 120_000 }, async () => {
  const url = process.env.LINKWRIGHT_TEST_PG_URL ?? ''
  judge(await growEngine('Postgres', (name) => openPostgres(url, name), SCALE, createMeter()))
})

function judge(result: Awaited<ReturnType<typeof growEngine>>): void {
  expect(result.curves.map(({ question }) => question.name)).toEqual(QUESTIONS.map(({ name }) => name))
  for (const { samples } of result.curves) expect(samples.map((one) => one.length)).toEqual([1, 1])
  const rows = new Map(result.tables.map(({ table, rows }) => [table, rows]))
  expect(rows.get('linkwright_link')).toBe(2000)
  expect(rows.get('linkwright_click')).toBeGreaterThan(19_000)
  for (const { table, bytes } of result.tables) expect(bytes, table).toBeGreaterThan(0)
}

describe('a report', () => {
  const curve = (...samples: number[][]) => ({
    question: { ...QUESTIONS[0]!, name: 'asking', reason: 'Because.' },
    samples,
  })
  const result = (engine: string, ...samples: number[][]) => ({
    engine,
    curves: [curve(...samples)],
    tables: [{ table: 'linkwright_link', rows: 1000, bytes: 5e6 }],
    fillSeconds: 1,
  })
  const results = [result('SQLite', [10, 20, 40], [11, 22, 44]), result('Postgres', [10, 10, 10], [20, 20, 20])]
  const growths = growthOf(results)

  test('takes ratios round by round, and gives the reason for what grows', () => {
    expect(growths.map(({ ratios }) => ratios.at(-1)?.toFixed(2))).toEqual(['1.10', '2.00'])
    const text = toMarkdown(growths, results, [1000, 10_000])
    expect(text).toContain('| asking | SQLite | 20.0 | 22.0 | 1.10 × | yes |')
    expect(text).toContain('| asking | Postgres | 10.0 | 20.0 | 2.00 × | no: see below |')
    expect(text).toContain('- **asking**: Because.')
    expect(text).toContain('| `linkwright_link` | 1,000 | 5.00 | 5000 |')
  })

  test('draws a chart for each question, both engines in it', () => {
    const svg = toChart(growths, [1000, 10_000])
    expect(svg.match(/class="title"/g)).toHaveLength(1)
    expect(svg.match(/<polyline/g)).toHaveLength(2)
    expect(svg).toContain('prefers-color-scheme: dark')
    expect(svg).not.toMatch(/NaN|Infinity|undefined/)
  })

  test('a line rises with what it tells', () => {
    const svg = drawChart([{ title: 't', lines: [{ name: 'n', ratios: [1, 10] }] }], ['1', '10'])
    const [, from = 0, to = 0] = (/points="[\d.]+,([\d.]+) [\d.]+,([\d.]+)"/.exec(svg) ?? []).map(Number)
    expect(to).toBeLessThan(from)
  })
})
