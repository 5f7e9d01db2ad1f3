// Which SQL statements a server ran during a warm load: the redirects' own, of which there must be none, and the rest.
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { BROWSER_HEADERS, type Generator } from './load.ts'
import { standaloneServer, startServer } from './server.ts'
import { checkVisits } from './visit.ts'
import { expectedVisits, ORIGIN, type World } from './world.ts'

/** Names the file that the counts are written to on SIGUSR2. */
export const COUNTS_VARIABLE = 'LINKWRIGHT_BENCH_COUNTS'

export interface StatementCount {
  readonly sql: string
  /** Whether the read-only connection ran it. */
  readonly reader: boolean
  runs: number
}

export interface Statements {
  readonly redirects: number
  /** Run by redirects that met the links for the first time: shows that counting works. */
  readonly cold: number
  /** Statements with which clicks were folded and other processes' changes looked for. */
  readonly beside: number
  readonly clicks: number
  /** The texts of what redirects ran. */
  readonly texts: readonly string[]
}

const host = new URL(ORIGIN).host
const DEADLINE_MS = 10_000

export async function countStatements(
  world: World,
  generator: Generator,
  ms: number,
  built: boolean,
): Promise<Statements> {
  const counts = `${world.file}.counts`
  const preload = pathToFileURL(join(import.meta.dirname, 'count-sql.ts')).href
  const command = standaloneServer(world.file, built, [preload])
  const server = await startServer({ ...command, env: { ...command.env, [COUNTS_VARIABLE]: counts } })
  try {
    const read = async () => {
      rmSync(counts, { force: true })
      server.signal('SIGUSR2')
      return readCounts(counts)
    }
    const begin = await read()
    const wrong = await checkVisits(server.port, host, expectedVisits(world))
    if (wrong.length > 0) throw new Error(wrong.join('\n'))
    const cold = await read()
    let clicks = 0
    for (const path of ['/plain', '/ruled', world.signedPath]) {
      const load = await generator.run(
        { port: server.port, path, headers: { ...BROWSER_HEADERS, Host: host }, ms },
        302,
      )
      clicks += load.answered
    }
    const warm = await read()
    const texts = newTexts(cold, warm).filter(isOfRedirects)
    return {
      redirects: sum(warm, isOfRedirects) - sum(cold, isOfRedirects),
      cold: sum(cold, isOfRedirects) - sum(begin, isOfRedirects),
      beside: sum(warm, isBeside) - sum(cold, isBeside),
      clicks,
      texts: texts.map(({ sql }) => sql),
    }
  } finally {
    await server.end()
  }
}

/** What is read for a redirect comes through the connection that cannot write; what it claims is written. */
function isOfRedirects({ sql, reader }: StatementCount): boolean {
  const watches = /data_version|linkwright_change/.test(sql)
  const claims = /"?claims"? = |linkwright_nonce/.test(sql)
  return (reader && !watches) || claims
}

function isBeside(statement: StatementCount): boolean {
  return !isOfRedirects(statement)
}

function newTexts(before: readonly StatementCount[], after: readonly StatementCount[]): StatementCount[] {
  return after.filter(({ sql, reader, runs }) => {
    const known = before.find((other) => other.sql === sql && other.reader === reader)
    return runs > (known?.runs ?? 0)
  })
}

function sum(statements: readonly StatementCount[], test: (statement: StatementCount) => boolean): number {
  return statements.filter(test).reduce((total, { runs }) => total + runs, 0)
}

/** The server writes in its own time; half a file does not parse. */
async function readCounts(path: string): Promise<StatementCount[]> {
  for (const deadline = Date.now() + DEADLINE_MS; Date.now() < deadline; await wait(20)) {
    if (!existsSync(path)) continue
    try {
      return JSON.parse(readFileSync(path, 'utf8')) as StatementCount[]
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
    }
  }
  throw new Error('The server did not tell which statements it ran')
}
