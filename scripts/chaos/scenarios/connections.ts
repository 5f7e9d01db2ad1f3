// Thousands of idle connections and hundreds of slow ones: whoever comes besides is served as if there were none.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CrowdOrders, CrowdReport } from '../crowd.ts'
import { latencyOf, percentile } from '../ledger.ts'
import { startLoad, visitors } from '../load.ts'
import { moment } from '../moment.ts'
import type { Play, Scenario } from '../scenario.ts'
import type { Server } from '../server.ts'
import { makeLinks, until, warm } from '../visits.ts'

const IDLE = 5_000
const SLOW = 200
const PROBES = 4
const PROBE_MS = 20
/** Idle connections are closed after ten seconds; the slow ones too, or soon after. */
const MEASURED_MS = 5_000
const CUT_MS = 20_000
/** To see what the machine does without a crowd. */
const CALM_MS = 2_000

export const connections: Scenario = {
  name: 'connections',
  engines: ['sqlite'],
  times: { long: 20, quick: 1, short: 0 },
  limit: { base: 60, each: 60 },
  play: playConnections,
}

async function playConnections({ stage, judge, times }: Play): Promise<void> {
  const [person] = await stage.hire([{ plan: 'premium', tokens: 2 }])
  const [own, slow] = person!.tokens as [string, string]
  const server = await stage.start()
  const { port } = server
  const files = openFilesLimit(server)
  if (files < IDLE + SLOW + 200) {
    return judge.skipped('5,000 connections', `a process may open ${files} files here (ulimit -Hn)`)
  }
  const slugs = await makeLinks(port, own, PROBES)
  await warm(port, slugs)
  for (let round = 0; round < times; round++) {
    const calm = startLoad(stage, visitors([port], slugs, PROBE_MS))
    await sleep(CALM_MS)
    const before = percentile((await calm.stop()).map(latencyOf), 0.99)
    judge.tell(`p99 of probes without the crowd ${before.toFixed(1)} ms`)
    const crowd = fork(join(import.meta.dirname, '..', 'crowd.ts'), [], {
      execArgv: ['--disable-warning=ExperimentalWarning'],
    })
    stage.owns(crowd)
    const first = await ask(crowd, { port, token: slow, idle: IDLE, slow: SLOW })
    const slowSince = moment()
    const load = startLoad(stage, visitors([port], slugs, PROBE_MS))
    await sleep(MEASURED_MS)
    const after = await ask(crowd, 'report')
    const visits = await load.stop()
    judge.figure({
      what: 'idle connections that stood all the while',
      value: Math.min(first.idle, after.idle),
      least: IDLE,
    })
    judge.figure({ what: 'slow ones at the beginning', value: first.slow, least: SLOW })
    judge.figure({
      what: 'p99 of probes',
      value: percentile(visits.map(latencyOf), 0.99),
      most: 50,
      unit: 'ms',
      of: visits.length,
    })
    const unanswered = visits.filter(({ answer }) => answer?.status !== 302)
    judge.none(
      'probes not answered',
      unanswered.map(({ answer }) => `${answer?.status} ${answer?.note ?? ''}`),
      visits.length,
    )
    await until(async () => (await ask(crowd, 'report')).slow === 0, CUT_MS, 500)
    judge.figure({
      what: 'slow ones that are never cut off',
      value: (await ask(crowd, 'report')).slow,
      most: 0,
      of: SLOW,
    })
    judge.tell(`the slow ones were gone after ${((moment() - slowSince) / 1000).toFixed(1)} s`)
    crowd.disconnect()
    await once(crowd, 'exit')
  }
  server.signal('SIGTERM')
  const { code } = await server.ended
  judge.over(times).none('exit codes other than 0 after SIGTERM', code === 0 ? [] : [String(code)])
}

async function ask(crowd: ChildProcess, order: CrowdOrders | 'report'): Promise<CrowdReport> {
  const answer = once(crowd, 'message')
  crowd.send(order)
  return (await answer)[0] as CrowdReport
}

/** Node takes all that it may have. */
function openFilesLimit({ pid }: Server): number {
  return Number(/^Max open files\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/limits`, 'utf8'))?.[1])
}
