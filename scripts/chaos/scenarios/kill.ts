// kill -9 under load: of a worker, of all processes, of Redis and of Postgres. Nothing acknowledged is lost or doubled.
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../../services/ports.ts'
import { compareAcknowledged, compareClicks, compareHealth, compareLinks } from '../compare.ts'
import type { EngineName } from '../database.ts'
import { startLoad, visitors, writers } from '../load.ts'
import { moment } from '../moment.ts'
import { plainRequest } from '../requests.ts'
import type { Play, Scenario } from '../scenario.ts'
import { childrenOf, killPid, type Server } from '../server.ts'
import type { Stage } from '../stage.ts'
import { canCreate, isFollowed, makeLinks, once, until } from '../visits.ts'
import { Unanswered } from '../wire.ts'

interface Afterwards {
  readonly server: Server
  /** When all that is needed was begun again, or was back (ms). */
  readonly since: number
}

/** What is killed, and brought back if nobody else does it. */
type Fault = (stage: Stage, server: Server, begin: () => Promise<Server>) => Promise<Afterwards>

const WRITERS = 8
const VISITORS = 16
const VISIT_MS = 40
const WRITE_MS = 100
const AGAIN_MS = 15_000
/** Connections that are made right after the kill: they may be refused or cut, but none is left waiting. */
const NEWCOMERS = 10
const PATIENCE_MS = 4_000
/** Of a second, at random: so long the load runs before the next kill. */
const CALM = { least: 0.5, span: 1 }

const killWorker: Fault = async (_, server) => {
  const workers = server.pids().slice(1)
  killPid(workers[Math.floor(Math.random() * workers.length)]!)
  return { server, since: moment() }
}

const killAll: Fault = async (_, server, begin) => {
  await server.kill()
  const since = moment()
  return { server: await begin(), since }
}

const killRedis: Fault = async ({ services }, server) => {
  await services.redis!.kill()
  await sleep(500)
  await services.redis!.restart()
  return { server, since: moment() }
}

/** With all that it has started: otherwise they would put away what they hold. */
const killPostgres: Fault = async ({ services }, server) => {
  const postgres = services.postgres!
  const children = childrenOf(postgres.pid)
  const ended = postgres.kill()
  for (const pid of children) killPid(pid)
  await ended
  await postgres.restart()
  return { server, since: moment() }
}

function scenario(name: string, engines: readonly EngineName[], fault: Fault, short: number, env = {}): Scenario {
  return {
    name,
    engines,
    times: { long: 20, quick: 2, short },
    limit: { base: 120, each: 15 },
    play: (play) => playKills(play, fault, env),
  }
}

const BOTH = ['sqlite', 'postgres'] as const

export const kills: readonly Scenario[] = [
  scenario('kill-worker', BOTH, killWorker, 0),
  scenario('kill-all', BOTH, killAll, 2),
  scenario('kill-all-stream', ['postgres'], killAll, 0, { CLICK_JOURNAL: 'redis' }),
  scenario('kill-redis', ['postgres'], killRedis, 1, { CLICK_JOURNAL: 'redis' }),
  scenario('kill-postgres', ['postgres'], killPostgres, 0),
]

async function playKills({ stage, judge, times }: Play, fault: Fault, env: Readonly<Record<string, string>>) {
  const people = await stage.hire(Array.from({ length: WRITERS + 1 }, () => ({ plan: 'premium', tokens: 4 })))
  const port = await freePort()
  const begin = () => stage.start({ port, workers: 2, env })
  let server = await begin()
  const { pid } = server
  const own = people[WRITERS]!.tokens
  const slugs = await makeLinks(port, own[0]!, VISITORS)
  const lists = people.slice(0, WRITERS).map(({ tokens }) => tokens)
  const load = startLoad(stage, [...visitors([port], slugs, VISIT_MS), ...writers([port], lists, WRITE_MS)])
  for (let round = 0; round < times; round++) {
    await sleep(1000 * (CALM.least + CALM.span * Math.random()))
    const afterwards = await fault(stage, server, begin)
    server = afterwards.server
    const newcomers = Array.from({ length: NEWCOMERS }, () => isLeftWaiting(port))
    const followed = until(() => isFollowed(port, slugs[0]!), AGAIN_MS)
    const created = until(() => canCreate(port, own[round % own.length]!), AGAIN_MS)
    const began = moment() - afterwards.since
    const [follows, creates] = await Promise.all([followed, created])
    const waiting = (await Promise.all(newcomers)).filter((one) => one)
    judge.none(
      'connections made right after it that are left waiting',
      waiting.map(() => 'no answer in time'),
      NEWCOMERS,
    )
    judge.tell(`began after ${began.toFixed(0)} ms, followed ${follows.toFixed(0)}, made ${creates.toFixed(0)} later`)
    judge.figure({
      what: 'until links are followed and made again',
      value: moment() - afterwards.since,
      most: 5_000,
      unit: 'ms',
    })
  }
  await sleep(1000)
  const attempts = await load.stop()
  const whole = judge.over(times)
  await compareClicks(stage, whole, attempts)
  if (fault !== killAll) whole.none('the server itself ended', server.pid === pid ? [] : ['it did'])
  server.signal('SIGTERM')
  const { code } = await server.ended
  whole.none('exit codes other than 0 after SIGTERM', code === 0 ? [] : [String(code)])
  compareAcknowledged(whole, attempts)
  await compareLinks(stage, whole, people, attempts)
  await compareHealth(stage, whole)
}

async function isLeftWaiting(port: number): Promise<boolean> {
  try {
    await once(port, plainRequest('/healthz'), PATIENCE_MS)
    return false
  } catch (error) {
    return error instanceof Unanswered && error.message === 'no answer in time'
  }
}
