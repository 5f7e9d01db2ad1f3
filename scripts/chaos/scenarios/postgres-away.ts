// Postgres ended and begun again under load: the API says so clearly, warm redirects go on, and both recover.
import { setTimeout as sleep } from 'node:timers/promises'
import { compareAcknowledged, compareClicks, compareLinks } from '../compare.ts'
import type { Judge } from '../findings.ts'
import { type Attempt, latencyOf, percentile, within } from '../ledger.ts'
import { startLoad, visitors, writers } from '../load.ts'
import { moment } from '../moment.ts'
import type { Play, Scenario } from '../scenario.ts'
import { canCreate, makeLinks, until, warm } from '../visits.ts'

const VISITORS = 16
const WRITERS = 6
const AWAY_MS = { long: 5_000, quick: 3_000, short: 2_000 }

export const postgresAway: Scenario = {
  name: 'postgres-restart',
  engines: ['postgres'],
  times: { long: 20, quick: 2, short: 0 },
  limit: { base: 120, each: 40 },
  play: playAway,
}

async function playAway({ stage, judge, times, length }: Play): Promise<void> {
  const people = await stage.hire(Array.from({ length: WRITERS + 1 }, () => ({ plan: 'premium', tokens: 12 })))
  const postgres = stage.services.postgres!
  const server = await stage.start({ workers: 2 })
  const { port } = server
  const own = people[WRITERS]!.tokens
  const slugs = await makeLinks(port, own[0]!, VISITORS)
  await warm(port, slugs)
  const lists = people.slice(0, WRITERS).map(({ tokens }) => tokens)
  const calls = lists.map((of) => ({ role: 'read' as const, ports: [port], everyMs: 200, of }))
  const load = startLoad(stage, [...visitors([port], slugs, 40), ...writers([port], lists, 200), ...calls])
  for (let round = 0; round < times; round++) {
    await sleep(1_500 + 500 * Math.random())
    const left = moment()
    await postgres.kill('SIGINT')
    const gone = moment()
    await sleep(AWAY_MS[length])
    const returning = moment()
    await postgres.restart()
    const recovered = await until(() => canCreate(port, own[round % own.length]!), 15_000, 50)
    judge.figure({ what: 'until links are made again', value: recovered, most: 5_000, unit: 'ms' })
    await sleep(500)
    const attempts = load.read()
    judgeVisits(judge, within(attempts, left, returning))
    judgeCalls(judge, within(attempts, left, moment()), within(attempts, gone, returning - 1_000))
  }
  const attempts = await load.stop()
  const whole = judge.over(times)
  await compareClicks(stage, whole, attempts)
  compareAcknowledged(whole, attempts)
  await compareLinks(stage, whole, people, attempts)
  whole.none('the server itself ended', server.pids().length === 3 ? [] : ['a process did'])
}

function judgeVisits(judge: Judge, attempts: readonly Attempt[]): void {
  const visits = attempts.filter(({ role }) => role === 'visit')
  const answered = visits.filter(({ answer }) => answer?.status === 302)
  const value = (100 * answered.length) / visits.length
  judge.figure({ what: 'warm visits redirected while it is away', value, least: 99.9, unit: '%', of: visits.length })
  const p99 = percentile(visits.map(latencyOf), 0.99)
  judge.figure({ what: 'p99 of a warm redirect while it is away', value: p99, most: 200, unit: 'ms' })
}

/** @param away those that were sent while it was away for certain */
function judgeCalls(judge: Judge, all: readonly Attempt[], away: readonly Attempt[]): void {
  const calls = all.filter(({ role }) => role !== 'visit')
  const unclear = calls.filter(({ answer }) => answer !== undefined && !isClear(answer.status, answer.note))
  const shown = unclear.map(({ role, answer }) => `${role}: ${answer?.status} ${answer?.note ?? ''}`)
  judge.none('calls answered by something else than success or 503 UNAVAILABLE with Retry-After', shown, calls.length)
  const refused = away.filter(({ role, answer }) => role !== 'visit' && answer?.status === 503)
  judge.figure({ what: 'calls refused while it is away', value: refused.length, least: 1 })
  const p99 = percentile(refused.map(latencyOf), 0.99)
  judge.figure({ what: 'p99 of such a refusal', value: p99, most: 2_000, unit: 'ms' })
}

function isClear(status: number, note: string | undefined): boolean {
  return status === 200 || status === 201 || status === 429 || (status === 503 && note === 'UNAVAILABLE retry-after')
}
