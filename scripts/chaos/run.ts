// Plays scenarios one after the other, each on a stage of its own and within its time.
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { leaseFolder } from '../services/service.ts'
import { type Backing, createBacking } from './backing.ts'
import type { EngineName } from './database.ts'
import { Findings, type Invariant } from './findings.ts'
import { moment } from './moment.ts'
import type { Length, Scenario } from './scenario.ts'
import { SCENARIOS } from './scenarios/index.ts'
import { openStage } from './stage.ts'

export interface Options {
  readonly length: Length
  readonly only: readonly string[] | undefined
  readonly engine: string | undefined
  readonly times: number | undefined
}

/** For all of it (s). */
const WHOLE: Readonly<Record<Length, number>> = { long: 3 * 3600, quick: 355, short: 300 }
const CLOSE_MS = 30_000

interface Part {
  readonly scenario: Scenario
  readonly engine: EngineName
  readonly times: number
}

export async function runScenarios(options: Options, tell: (text: string) => void): Promise<readonly Invariant[]> {
  const findings = new Findings(tell, options.length !== 'short')
  const backing = createBacking()
  // Removed with everything in it however we end.
  const lease = leaseFolder('chaos', 'SIGKILL')
  const end = moment() + WHOLE[options.length] * 1000
  try {
    for (const [at, part] of partsOf(options).entries()) {
      const judge = findings.judge(part.scenario.name, part.engine)
      const begun = moment()
      const { base, each } = part.scenario.limit
      const limit = Math.min(1000 * (base + each * part.times), end - begun)
      tell(`${part.scenario.name} (${part.engine}) ${part.times}×`)
      try {
        if (limit <= 0) throw new Error('there was no time left for it')
        await playPart(part, options.length, limit, { backing, folder: join(lease.folder, String(at)), judge })
      } catch (error) {
        judge.none('runs to its end', [error instanceof Error ? error.message : String(error)])
      }
      tell(`  ${((moment() - begun) / 1000).toFixed(1)} s`)
    }
  } finally {
    await backing.stop()
    await lease.end()
  }
  return findings.invariants()
}

function partsOf({ length, only, engine, times: given }: Options): Part[] {
  return SCENARIOS.flatMap((scenario) => {
    const times = scenario.times[length] === 0 ? 0 : (given ?? scenario.times[length])
    if (times === 0 || (only !== undefined && !only.includes(scenario.name))) return []
    const engines = scenario.engines.filter((name) => engine === undefined || name === engine)
    return engines.map((engine) => ({ scenario, engine, times }))
  })
}

interface Place {
  readonly backing: Backing
  readonly folder: string
  readonly judge: ReturnType<Findings['judge']>
}

async function playPart({ scenario, engine, times }: Part, length: Length, limitMs: number, place: Place) {
  mkdirSync(place.folder)
  const services = await place.backing.get(engine === 'postgres')
  const stage = await openStage(engine, place.folder, services)
  const playing = scenario.play({ stage, judge: place.judge, length, times })
  const late = new AbortController()
  try {
    await Promise.race([
      playing,
      sleep(limitMs, undefined, { signal: late.signal }).then(() => {
        throw new Error(`it took longer than ${Math.round(limitMs / 1000)} s`)
      }),
    ])
  } finally {
    late.abort()
    // What still waits for a process that is gone by then has nobody who listens.
    playing.catch(() => {})
    await Promise.race([stage.close(), sleep(CLOSE_MS)])
    rmSync(place.folder, { recursive: true, force: true })
  }
}
