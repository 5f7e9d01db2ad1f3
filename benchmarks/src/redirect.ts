// What a redirect costs over a bare node:http 302: fresh servers, interleaved rounds, and counts that must be right.
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BROWSER_HEADERS, CONNECTIONS, type Generator, type Load } from './load.ts'
import { tell } from './progress.ts'
import { countedRow, measuredRow, type Row } from './rows.ts'
import { bareServer, type Command, embeddedServer, standaloneServer, startServer } from './server.ts'
import { countStatements } from './statements.ts'
import { orderOf } from './statistics.ts'
import { checkVisits } from './visit.ts'
import { countClicks, createWorld, expectedVisits, ORIGIN, type World } from './world.ts'

export interface RedirectOptions {
  readonly generator: Generator
  readonly rounds: number
  readonly warmMs: number
  readonly ms: number
  /** Whether what was built is measured, as it must be; tests run from source. */
  readonly built: boolean
}

interface Contender {
  readonly name: string
  readonly path: string
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly command: (file: string) => Command
  /** Whether its answers are clicks. */
  readonly clicks: boolean
}

interface Sample {
  readonly perSecond: number
  /** Server's processor time a request (µs). */
  readonly cpu: number | null
  /** Share of one core that the server used. */
  readonly busy: number | null
  readonly p50: number | null
  readonly p99: number | null
}

interface Clicks {
  answered: number
  recorded: number
  /** Samples in which more or fewer clicks were kept than redirects sent. */
  wrong: string[]
  visits: number
}

const BARE = 'bare node:http'
const host = new URL(ORIGIN).host
/** Below this the load, and not the server, set the pace: requests a second then say nothing of the server. */
const SATURATED = 0.9

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
    return [
      ...contenders.flatMap(({ name }) => timedRows(name, samples)),
      countedRow('visits sent to the right place', clicks.visits, 'visits', 'all of them', true),
      countedRow(
        'clicks kept of redirects sent',
        clicks.recorded,
        `of ${clicks.answered}`,
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

function listContenders(world: World, built: boolean): Contender[] {
  const standalone = { status: 302, clicks: true, command: (file: string) => standaloneServer(file, built) }
  return [
    { name: BARE, path: '/plain', status: 302, clicks: false, command: bareServer },
    { name: 'standalone, warm link', path: '/plain', ...standalone },
    { name: 'standalone, 5 rules', path: '/ruled', ...standalone },
    { name: 'standalone, signed link', path: world.signedPath, ...standalone },
    {
      name: 'API GET /me',
      path: '/api/v1/me',
      status: 200,
      headers: { Authorization: `Bearer ${world.token}` },
      clicks: false,
      command: (file) => embeddedServer(file, built),
    },
  ]
}

async function measure(
  { name, path, status, headers = {}, command, clicks: isClicked }: Contender,
  file: string,
  world: World,
  { generator, warmMs, ms }: RedirectOptions,
  clicks: Clicks,
): Promise<Sample> {
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
    p50: load.p50,
    p99: load.p99,
  }
}

function timedRows(name: string, samples: ReadonlyMap<string, readonly Sample[]>): Row[] {
  const column = (of: string, key: keyof Sample) => samples.get(of)!.map((sample) => sample[key])
  const row = (
    key: keyof Sample,
    label: string,
    unit: string,
    goal?: Parameters<typeof measuredRow>[0]['goal'],
  ): Row[] => {
    const mine = column(name, key).filter((value) => value !== null)
    const bare = column(BARE, key).filter((value) => value !== null)
    if (mine.length === 0 || bare.length !== mine.length) return []
    const baseline = name === BARE ? undefined : { name: BARE, samples: bare }
    return [
      measuredRow({
        work: `${name}: ${label}`,
        unit,
        samples: mine,
        ...(baseline === undefined ? {} : { baseline }),
        ...(goal === undefined ? {} : { goal }),
      }),
    ]
  }
  const paced = [name, BARE].some((of) => column(of, 'busy').some((busy) => busy !== null && busy < SATURATED))
  const throughput = paced ? 'throughput (the load set the pace)' : 'throughput'
  const goal =
    name === 'standalone, 5 rules'
      ? { text: 'at least 0.93', isMet: (_: number, ratio: number) => ratio >= 0.93 }
      : undefined
  return [
    ...row('perSecond', throughput, 'requests/s', paced ? undefined : goal),
    ...row(
      'cpu',
      'processor',
      'µs/request',
      paced && goal ? { text: 'at most 1.075', isMet: (_, ratio) => ratio <= 1.075 } : undefined,
    ),
    ...row('p50', 'p50', 'ms'),
    ...row('p99', 'p99', 'ms'),
  ]
}
