// Ten minutes of mixed load: memory does not grow, files are closed, and Redis keeps nothing for ever.
import { setTimeout as sleep } from 'node:timers/promises'
import { compareAcknowledged, compareClicks, compareLinks } from '../compare.ts'
import { percentile } from '../ledger.ts'
import { startLoad, visitors, writers } from '../load.ts'
import { moment } from '../moment.ts'
import type { Play, Scenario } from '../scenario.ts'
import { sizeOf } from '../server.ts'
import { makeLinks } from '../visits.ts'

interface Sample {
  readonly minute: number
  readonly rss: number
  readonly files: number
}

const WHOLE_MS = 10 * 60_000
const WARM_MS = 2 * 60_000
const SAMPLE_MS = 2_000
const VISITORS = 20
const WRITERS = 4
/** Files at the beginning and at the end are looked at so many times. */
const LOOKS = 15
/** Connections of a pool come and go. */
const FILES = 5

export const soak: Scenario = {
  name: 'soak',
  engines: ['sqlite', 'postgres'],
  times: { long: 1, quick: 0, short: 0 },
  limit: { base: 180, each: 660 },
  play: playSoak,
}

async function playSoak({ stage, judge, times }: Play): Promise<void> {
  const people = await stage.hire(Array.from({ length: WRITERS + 1 }, () => ({ plan: 'premium', tokens: 10 })))
  const server = await stage.start({ workers: 2, env: stage.engine === 'postgres' ? { REDIS_CACHE: 'on' } : {} })
  const { port } = server
  const slugs = await makeLinks(port, people[WRITERS]!.tokens[0]!, VISITORS)
  const lists = people.slice(0, WRITERS).map(({ tokens }) => tokens)
  const reads = lists.map((of) => ({ role: 'read' as const, ports: [port], everyMs: 200, of }))
  const load = startLoad(stage, [...visitors([port], slugs, 80), ...writers([port], lists, 500), ...reads])
  await sleep(WARM_MS)
  const begun = moment()
  const samples: Sample[] = []
  while (moment() - begun < WHOLE_MS * times - WARM_MS) {
    samples.push({ minute: (moment() - begun) / 60_000, ...sizeOf(server.pids()) })
    await sleep(SAMPLE_MS)
  }
  const growth = slopeOf(samples.map(({ minute, rss }) => [minute, rss]))
  judge.figure({
    what: 'memory of all processes: growth after the warm-up',
    value: growth,
    most: 1,
    unit: 'MB a minute',
  })
  const files = (part: readonly Sample[]) =>
    percentile(
      part.map((sample) => sample.files),
      0.5,
    )
  const more = files(samples.slice(-LOOKS)) - files(samples.slice(0, LOOKS))
  judge.figure({ what: 'file descriptors more than after the warm-up', value: more, most: FILES })
  const last = samples.at(-1)!
  judge.tell(`${last.rss.toFixed(0)} MB and ${last.files} files in ${server.pids().length} processes at the end`)
  if (stage.services.redis !== undefined) {
    const names = await stage.services.redis.ask('EVAL', FOREVER, 0)
    judge.none(
      'keys in Redis without an end',
      names.split(' ').filter(Boolean),
      Number(await stage.services.redis.ask('DBSIZE')),
    )
  }
  const attempts = await load.stop()
  await compareClicks(stage, judge, attempts)
  compareAcknowledged(judge, attempts)
  await compareLinks(stage, judge, people, attempts)
}

const FOREVER = `"local found = {} for _, key in ipairs(redis.call('KEYS', '*')) do if redis.call('PTTL', key) == -1 then table.insert(found, key) end end return table.concat(found, ' ')"`

/** Of the straight line that lies closest to these points. */
function slopeOf(points: ReadonlyArray<readonly [number, number]>): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [meanX, meanY] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))]
  const above = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0)
  return above / points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0)
}
