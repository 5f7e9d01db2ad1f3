// Redis paused and killed under load: redirects go on, limits hold, and all is as before soon after its return.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Work } from '../client.ts'
import { compareClicks } from '../compare.ts'
import type { Judge } from '../findings.ts'
import { type Attempt, latencyOf, percentile, within } from '../ledger.ts'
import { startLoad, visitors } from '../load.ts'
import { moment } from '../moment.ts'
import { apiRequest } from '../requests.ts'
import type { Play, Scenario } from '../scenario.ts'
import { isAlive } from '../server.ts'
import { makeLinks, once, until, warm } from '../visits.ts'
import { createConnection } from '../wire.ts'

const VISITORS = 16
const VISIT_MS = 40
const HAMMERS = 4
const HAMMER_MS = 100
/** The growth plan's. */
const LIMIT = 60
const BEFORE = 15
/** In turn to both processes, to see whether they are counted together. */
const CALLS = 8
const AWAY_MS = { long: 6_000, quick: 3_000, short: 2_000 }
/** All of a round has to be within one window of the limiter (s). */
const ROUND_S = { long: 30, quick: 20, short: 20 }

export const redisAway: Scenario = {
  name: 'redis-away',
  engines: ['postgres'],
  times: { long: 20, quick: 1, short: 0 },
  limit: { base: 120, each: 90 },
  play: playAway,
}

async function playAway({ stage, judge, times, length }: Play): Promise<void> {
  const [own, ...callers] = await stage.hire([
    { plan: 'premium', tokens: 20 },
    ...Array.from({ length: times }, () => ({ plan: 'growth' as const, tokens: 1 })),
  ])
  const redis = stage.services.redis!
  // All that can be on Redis is.
  const env = { CLICK_JOURNAL: 'redis', REDIS_CACHE: 'on' }
  const servers = await Promise.all([stage.start({ env }), stage.start({ env })])
  const ports = servers.map(({ port }) => port)
  const slugs = await makeLinks(ports[0]!, own!.tokens[0]!, VISITORS)
  for (const port of ports) await warm(port, slugs, 1)
  // By now each process knows how many there are.
  await sleep(1_000)
  const fresh = turns(own!.tokens.slice(1))
  const load = startLoad(stage, visitors(ports, slugs, VISIT_MS))
  const ways = [
    { name: 'paused', leave: () => redis.pause(), back: () => redis.resume() },
    { name: 'killed', leave: () => redis.kill(), back: () => redis.restart() },
  ]

  for (let round = 0; round < times; round++) {
    await fitInMinute(ROUND_S[length])
    const token = callers[round]!.tokens[0]!
    await expectShared(judge, ports, fresh())
    for (let n = 0; n < BEFORE; n++) await once(ports[n % 2]!, apiRequest(token, 'GET', '/me'))
    const hammer = startLoad(stage, hammers(ports, token))
    for (const { name, leave, back } of ways) {
      const left = moment()
      await leave()
      await sleep(AWAY_MS[length])
      const seen = await isShared(ports, fresh())
      judge.none(`${name}: processes that still share their counts without Redis`, seen ? ['they do'] : [])
      const returned = moment()
      await back()
      const whole = moment()
      const recovered = await until(() => isShared(ports, fresh()), 10_000, 100)
      judge.figure({ what: `${name}: until processes share limits again`, value: recovered, most: 3_000, unit: 'ms' })
      judgeVisits(judge, name, within(load.read(), left, returned), within(load.read(), whole + 3_000, whole + 10_000))
    }
    const admitted = BEFORE + (await hammer.stop(0)).filter(({ answer }) => answer?.status === 200).length
    judge.figure({ what: 'calls of one token in one minute, Redis away twice', value: admitted, most: LIMIT })
  }
  await compareClicks(stage, judge.over(times), await load.stop())
  const gone = servers.filter(({ pid }) => !isAlive(pid)).map(({ log }) => log.at(-1)?.message ?? '')
  judge.over(times).none('servers that ended by themselves', gone, servers.length)
}

function judgeVisits(judge: Judge, name: string, visits: readonly Attempt[], later: readonly Attempt[]): void {
  const answered = visits.filter(({ answer }) => answer?.status === 302)
  const share = (100 * answered.length) / visits.length
  judge.figure({ what: `${name}: visits redirected`, value: share, least: 99.9, unit: '%', of: visits.length })
  const p99 = percentile(visits.map(latencyOf), 0.99)
  judge.figure({ what: `${name}: p99 of a warm redirect`, value: p99, most: 200, unit: 'ms' })
  if (later.length > 0) judge.tell(`p99 afterwards ${percentile(later.map(latencyOf), 0.99).toFixed(1)} ms`)
}

function hammers(ports: readonly number[], token: string): Work[] {
  return Array.from({ length: HAMMERS }, (_, n) => ({
    role: 'read',
    ports: [ports[n % 2]!],
    everyMs: HAMMER_MS,
    of: [token],
  }))
}

/** What is measured by it would be worth nothing if it could not tell. */
async function expectShared(judge: Judge, ports: readonly number[], token: string): Promise<void> {
  const late = (await until(() => isShared(ports, token), 10_000, 100)) === Number.POSITIVE_INFINITY
  judge.none('processes that count for themselves while Redis is there', late ? ['they do'] : [])
}

/** Whether calls to both processes in turn are counted together: then each finds one call less left. */
async function isShared(ports: readonly number[], token: string): Promise<boolean> {
  const connections = ports.map((port) => createConnection({ port, timeoutMs: 2_000 }))
  try {
    const left: number[] = []
    for (const connection of Array.from({ length: CALLS }, (_, n) => connections[n % connections.length]!)) {
      const { headers } = await connection.exchange(apiRequest(token, 'GET', '/me'))
      left.push(Number(/r=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1]))
    }
    return left.every((value, at) => at === 0 || value === left[at - 1]! - 1)
  } finally {
    for (const connection of connections) connection.close()
  }
}

/** One after the other, so that none reaches its limit. */
function turns(tokens: readonly string[]): () => string {
  let at = 0
  return () => tokens[at++ % tokens.length]!
}

async function fitInMinute(seconds: number): Promise<void> {
  const left = 60_000 - (Date.now() % 60_000)
  if (left < seconds * 1000) await sleep(left + 50)
}
