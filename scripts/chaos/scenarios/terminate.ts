// SIGTERM under load: whatever was sent is answered, clicks are put away, and the exit is clean and soon.
import { setTimeout as sleep } from 'node:timers/promises'
import { compareClicks, compareLinks } from '../compare.ts'
import { startLoad, visitors, writers } from '../load.ts'
import { moment } from '../moment.ts'
import type { Play, Scenario } from '../scenario.ts'
import { makeLinks, warm } from '../visits.ts'

const VISITORS = 24
const WRITERS = 6

function scenario(name: string, workers: number, short: number): Scenario {
  return {
    name,
    engines: ['sqlite', 'postgres'],
    times: { long: 20, quick: 2, short },
    limit: { base: 90, each: 30 },
    play: (play) => playEnd(play, workers),
  }
}

export const terminations: readonly Scenario[] = [scenario('sigterm', 1, 1), scenario('sigterm-workers', 2, 0)]

async function playEnd({ stage, judge, times }: Play, workers: number): Promise<void> {
  const people = await stage.hire(Array.from({ length: WRITERS + 1 }, () => ({ plan: 'premium', tokens: 12 })))
  const lists = people.slice(0, WRITERS).map(({ tokens }) => tokens)
  const slugs: string[] = []
  const all: Awaited<ReturnType<ReturnType<typeof startLoad>['stop']>> = []
  for (let round = 0; round < times; round++) {
    const server = await stage.start({ workers })
    const { port } = server
    if (round === 0) slugs.push(...(await makeLinks(port, people[WRITERS]!.tokens[0]!, VISITORS)))
    await warm(port, slugs)
    const load = startLoad(stage, [...visitors([port], slugs, 5), ...writers([port], lists, 20)])
    await sleep(800 + 400 * Math.random())
    const signalled = moment()
    server.signal('SIGTERM')
    await sleep(100)
    // Impatience changes nothing.
    if (round % 2 === 1) server.signal('SIGTERM')
    const { code, signal, at } = await server.ended
    const attempts = await load.stop(0)
    all.push(...attempts)
    const inFlight = attempts.filter(
      ({ at: sent, answer }) => sent < signalled && (answer === undefined || answer.at >= signalled),
    )
    const cut = inFlight.filter(({ answer }) => answer === undefined || answer.status === 0 || answer.status >= 500)
    judge.none(
      'requests sent before the signal and not answered',
      cut.map(({ role, answer }) => `${role}: ${answer?.status} ${answer?.note ?? ''}`),
      inFlight.length,
    )
    judge.none('exit codes other than 0', code === 0 ? [] : [String(code ?? signal)])
    judge.figure({ what: 'from the signal to the exit', value: at - signalled, most: 15_000, unit: 'ms' })
  }
  const whole = judge.over(times)
  // Nobody runs who could fold what the last one left.
  await compareClicks(stage, whole, all)
  await compareLinks(stage, whole, people, all)
}
