// What a redirect costs over a bare node:http 302: fresh servers, interleaved rounds, and counts that must be right.
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rowsOf } from './child.ts'
import { type Contender, listContenders } from './contenders.ts'
import { type DoorOptions, measureDoor } from './door-rounds.ts'
import { BROWSER_HEADERS, CONNECTIONS, type Generator, type Load } from './load.ts'
import { othersShare } from './machine.ts'
import { tell } from './progress.ts'
import { othersRow, type Sample, timedRows } from './redirect-rows.ts'
import { countedRow, type Row } from './rows.ts'
import { startServer } from './server.ts'
import { countStatements } from './statements.ts'
import { orderOf } from './statistics.ts'
import { checkVisits } from './visit.ts'
import { countClicks, createWorld, expectedVisits, ORIGIN, type World } from './world.ts'

export interface RedirectOptions {
  readonly generator: Generator
  readonly rounds: number
  readonly warmMs: number
  readonly ms: number
  readonly door: DoorOptions
  /** Whether what was built is measured, as it must be; tests run from source. */
  readonly built: boolean
}

interface Clicks {
  answered: number
  recorded: number
  /** Samples in which more or fewer clicks were kept than redirects sent. */
  wrong: string[]
  visits: number
}

const host = new URL(ORIGIN).host

export async function benchRedirects(options: RedirectOptions): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'linkwright-bench-'))
  try {
    const world = await createWorld(join(folder, 'world.db'))
    const contenders = listContenders(world, options.built)
    const samples = new Map<string, Sample[]>(contenders.map(({ name }) => [name, []]))
    const clicks: Clicks = { answered: 0, recorded: 0, wrong: [], visits: 0 }
    for (let round = 0; round < options.rounds; round++) {
      for (const contender of orderOf(contenders, round)) {
        const file = join(folder, `${round}-${contenders.indexOf(contender)}.db`)
        copyFileSync(world.file, file)
        const sample = await measure(contender, file, world, options, clicks)
        samples.get(contender.name)!.push(sample)
        tell(`round ${round + 1}/${options.rounds}  ${contender.name}: ${Math.round(sample.perSecond)}/s`)
      }
    }
    tell('counting SQL statements')
    const ms = Math.max(options.generator.leastMs, 500)
    const statements = await countStatements(world, options.generator, ms, options.built)
    for (const text of statements.texts) tell(`run on a warm redirect: ${text}`)
    for (const complaint of clicks.wrong) tell(complaint)
    tell('the door without sockets')
    const { rounds, visits } = options.door
    const door = options.built
      ? await rowsOf('door-rounds.ts', [world.file, world.signedPath, rounds, visits])
      : await measureDoor(world, options.door)
    return [
      ...contenders.flatMap(({ name }) => timedRows(name, samples)),
      ...door,
      othersRow(samples),
      countedRow('visits sent to the right place', clicks.visits, 'visits', 'all of them', true),
      countedRow(
        'clicks kept of redirects answered',
        clicks.recorded,
        `of ${clicks.answered} seen`,
        'every one',
        clicks.wrong.length === 0,
      ),
      countedRow(
        'SQL of a cold visit (the counter works)',
        statements.cold,
        'statements',
        'more than 0',
        statements.cold > 0,
      ),
      countedRow(
        `SQL of ${statements.clicks} warm redirects`,
        statements.redirects,
        'statements',
        '0',
        statements.redirects === 0,
      ),
      {
        work: 'SQL beside them (folding clicks)',
        value: statements.beside,
        unit: 'statements',
        baseline: null,
        ratio: null,
      },
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function measure(
  { name, path, status, headers = {}, command, clicks: isClicked }: Contender,
  file: string,
  world: World,
  { generator, warmMs, ms }: RedirectOptions,
  clicks: Clicks,
): Promise<Sample> {
  const others = await othersShare()
  const server = await startServer(command(file))
  const target = { port: server.port, path, headers: { ...BROWSER_HEADERS, Host: host, ...headers } }
  let visits = 0
  let warm: Load
  let load: Load
  let cpu: number | null
  try {
    if (isClicked) {
      const expected = expectedVisits(world)
      const wrong = await checkVisits(server.port, host, expected)
      if (wrong.length > 0) throw new Error(wrong.join('\n'))
      visits = expected.length
    }
    warm = await generator.run({ ...target, ms: warmMs }, status)
    const before = server.cpu()
    load = await generator.run({ ...target, ms }, status)
    const after = server.cpu()
    cpu = before === null || after === null ? null : after - before
  } finally {
    await server.end()
  }
  if (isClicked) {
    const answered = visits + warm.answered + load.answered
    const recorded = await countClicks(file, world)
    clicks.visits += visits
    clicks.answered += answered
    clicks.recorded += recorded
    // What was under way when a load ended was answered, but not seen: at most one for each connection and load.
    if (recorded < answered || recorded > answered + 2 * CONNECTIONS) {
      clicks.wrong.push(`${name}: ${answered} redirects were answered, ${recorded} clicks kept`)
    }
  }
  return {
    perSecond: load.answered / load.seconds,
    cpu: cpu === null ? null : cpu / load.answered,
    busy: cpu === null ? null : cpu / 1e6 / load.seconds,
    others,
    p50: load.p50,
    p99: load.p99,
  }
}
