// The disk of the server is full: nothing breaks, errors are clear, reads and redirects go on, and all resumes by itself.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { compareAcknowledged, compareClicks, compareHealth, compareLinks } from '../compare.ts'
import type { EngineName } from '../database.ts'
import type { Judge } from '../findings.ts'
import { type Attempt, within } from '../ledger.ts'
import { startLoad, visitors, writers } from '../load.ts'
import { moment } from '../moment.ts'
import type { Play, Scenario } from '../scenario.ts'
import type { Server } from '../server.ts'
import type { Stage } from '../stage.ts'
import { canCreate, makeLinks, until, warm } from '../visits.ts'

const MOUNT = 'mount -t tmpfs -o size=8m linkwright-chaos "$1"'
const VISITORS = 8
const WRITERS = 4
const FULL_MS = { long: 4_000, quick: 3_000, short: 2_000 }

export const diskFull: Scenario = {
  name: 'disk-full',
  engines: ['sqlite', 'postgres'],
  times: { long: 20, quick: 2, short: 0 },
  limit: { base: 120, each: 40 },
  play: playFull,
}

async function playFull({ stage, judge, times, length }: Play): Promise<void> {
  const refusal = await mount(stage)
  if (refusal !== undefined) return judge.skipped('a full disk', `tmpfs cannot be mounted here (${refusal})`)
  const people = await stage.hire(Array.from({ length: WRITERS + 1 }, () => ({ plan: 'premium', tokens: 10 })))
  const server = await stage.start({ workers: 1 })
  const { port } = server
  const own = people[WRITERS]!.tokens
  const slugs = await makeLinks(port, own[0]!, VISITORS)
  await warm(port, slugs)
  const lists = people.slice(0, WRITERS).map(({ tokens }) => tokens)
  const reads = lists.map((of) => ({ role: 'read' as const, ports: [port], everyMs: 200, of }))
  const load = startLoad(stage, [...visitors([port], slugs, 50), ...writers([port], lists, 100), ...reads])
  for (let round = 0; round < times; round++) {
    await sleep(1_000)
    const free = fillDisk(stage)
    const full = moment()
    await sleep(FULL_MS[length])
    const end = moment()
    free()
    const recovered = await until(() => canCreate(port, own[round % own.length]!), 15_000, 50)
    judge.figure({ what: 'until links are made again', value: recovered, most: 5_000, unit: 'ms' })
    judgeRound(judge, stage.engine, within(load.read(), full, end - 200))
  }
  const attempts = await load.stop()
  const whole = judge.over(times)
  await compareClicks(stage, whole, attempts, toldLost(server))
  whole.figure({ what: 'clicks that the full disk could not take', value: refusedBySpool(server), least: 1 })
  compareAcknowledged(whole, attempts)
  await compareLinks(stage, whole, people, attempts)
  await compareHealth(stage, whole)
  server.signal('SIGTERM')
  const { code } = await server.ended
  whole.none('exit codes other than 0 after SIGTERM', code === 0 ? [] : [String(code)])
}

/** In memory they wait until there is space again. */
function refusedBySpool({ log }: Server): number {
  return log.reduce((sum, { refused = 0 }) => sum + Number(refused), 0)
}

function judgeRound(judge: Judge, engine: EngineName, attempts: readonly Attempt[]): void {
  const of = (role: Attempt['role']) => attempts.filter((attempt) => attempt.role === role)
  const share = (all: readonly Attempt[], status: number) =>
    (100 * all.filter(({ answer }) => answer?.status === status).length) / all.length
  const visits = of('visit')
  judge.figure({ what: 'visits redirected', value: share(visits, 302), least: 99.9, unit: '%', of: visits.length })
  const reads = of('read')
  judge.figure({
    what: 'reads of the API answered',
    value: share(reads, 200),
    least: 99.9,
    unit: '%',
    of: reads.length,
  })
  const creations = of('create')
  const unclear = creations.filter(({ answer }) => answer !== undefined && !isClear(answer.status, answer.note))
  const shown = unclear.map(({ answer }) => `${answer?.status} ${answer?.note ?? ''}`)
  judge.none('creations answered by something else than 201 or 503 UNAVAILABLE', shown, creations.length)
  const refused = creations.filter(({ answer }) => answer?.status === 503).length
  if (engine === 'sqlite') judge.figure({ what: 'creations refused, so that it was full', value: refused, least: 1 })
}

function isClear(status: number, note: string | undefined): boolean {
  return status === 201 || (status === 503 && note === 'UNAVAILABLE retry-after')
}

function toldLost({ log }: Server): number {
  return log.reduce((sum, { message, lost }) => sum + (message.startsWith('clicks lost') ? Number(lost) : 0), 0)
}

/** Takes what is left. @returns gives it back */
function fillDisk({ data }: Stage): () => void {
  const path = join(data, 'filler')
  const file = openSync(path, 'w')
  for (let size = 65_536; size >= 1; size = Math.floor(size / 2)) {
    try {
      for (;;) writeSync(file, Buffer.alloc(size))
    } catch {
      // Not so much at once: perhaps less.
    }
  }
  closeSync(file)
  return () => rmSync(path)
}

/**
 * Makes a small file system of the server's folder, for as long as the scenario lasts or we live.
 * @returns why that cannot be done
 */
async function mount({ data, later }: Stage): Promise<string | undefined> {
  const done = spawnSync('sh', ['-c', MOUNT, 'mount', data], { encoding: 'utf8' })
  if (done.error !== undefined) return done.error.message
  if (done.status !== 0) return done.stderr.trim()
  // It reads nothing and ends when we do; a lazy unmount waits for nobody.
  const holder = spawn('sh', ['-c', 'read -r _; umount -l "$1"', 'holder', data], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  later(async () => {
    const ended = once(holder, 'exit')
    holder.stdin.end()
    await ended
  })
  return undefined
}
