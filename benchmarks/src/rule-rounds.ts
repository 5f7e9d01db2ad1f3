// Times rule engines in interleaved rounds in one process; run by itself it prints its rows as JSON.
import { compile, decide } from '@linkwright/core/rules'
import { engineOf, logicOf } from './peers.ts'
import { measuredRow, type Row } from './rows.ts'
import { LEAVES, type RuleSet, randomRules, randomVisitors, TREES, type Visitor } from './rule-sets.ts'
import { orderOf } from './statistics.ts'
import { usedMicroseconds } from './stopwatch.ts'

export interface RuleOptions {
  readonly rounds: number
  /** How long one sample takes (ms). */
  readonly ms: number
}

interface Case {
  readonly name: string
  readonly baseline: string | null
  /** Decides so many times. @returns a sum of all results, so that none can be left out */
  readonly run: (times: number) => number | Promise<number>
  readonly goal?: NonNullable<Parameters<typeof measuredRow>[0]['goal']>
}

const PROGRAMS = 200
/** A power of two, so that the next visitor costs no division. */
const VISITORS = 64
const UNDER_A_MICROSECOND = { text: 'under 1,000 ns', isMet: (ns: number) => ns < 1000 }
let sink = 0

export async function measureRules({ rounds, ms }: RuleOptions): Promise<Row[]> {
  const cases = [...(await casesOf(LEAVES)), manyPrograms(), ...(await casesOf(TREES))]
  const times = new Map<string, number>()
  for (const { name, run } of cases) times.set(name, await calibrate(run, ms))
  const samples = new Map<string, number[]>(cases.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const { name, run } of orderOf(cases, round)) {
      const count = times.get(name)!
      samples.get(name)!.push((await timeOf(run, count)) / count)
    }
  }
  if (Number.isNaN(sink)) throw new Error('Every result is a number')
  return cases.map(({ name, baseline, goal }) =>
    measuredRow({
      work: name,
      unit: 'ns',
      samples: samples.get(name)!,
      ...(baseline === null ? {} : { baseline: { name: 'by hand', samples: samples.get(baseline)! } }),
      ...(goal === undefined ? {} : { goal }),
    }),
  )
}

/** @throws Error unless all agree about every visitor */
async function casesOf({ name, rules, byHand }: RuleSet): Promise<Case[]> {
  const program = compile(rules)
  const placeOf = (facts: Visitor) => Number(decide(program, facts)?.id ?? -1)
  const logic = logicOf(rules)
  const engine = engineOf(rules)
  const everybody = randomVisitors(1000)
  for (const facts of everybody) {
    const places = [byHand(facts), placeOf(facts), logic(facts), await engine(facts)]
    if (new Set(places).size > 1) throw new Error(`${name}: ${places.join(', ')} for ${JSON.stringify(facts)}`)
  }
  // The worst case: every rule is asked, and half of the visitors meet the last.
  const last = everybody.filter((facts) => byHand(facts) === rules.length - 1)
  const none = everybody.filter((facts) => byHand(facts) === -1)
  const visitors = Array.from({ length: VISITORS }, (_, i) => (i % 2 === 0 ? last : none)[(i >> 1) % last.length]!)
  const baseline = `${name}, by hand`
  return [
    { name: baseline, baseline: null, run: loop(byHand, visitors) },
    { name: `${name}, decide`, baseline, run: loop(placeOf, visitors), goal: UNDER_A_MICROSECOND },
    { name: `${name}, json-logic-js`, baseline, run: loop(logic, visitors) },
    { name: `${name}, json-rules-engine`, baseline, run: loopAsync(engine, visitors) },
  ]
}

function manyPrograms(): Case {
  const programs = randomRules(PROGRAMS).map((rules) => compile(rules))
  const visitors = randomVisitors(VISITORS)
  return {
    name: `5 rules, decide, ${PROGRAMS} programs in turn`,
    baseline: `${LEAVES.name}, by hand`,
    goal: UNDER_A_MICROSECOND,
    run(times) {
      let sum = 0
      for (let i = 0, next = 0; i < times; i++) {
        const rule = decide(programs[next]!, visitors[i & (VISITORS - 1)]!)
        if (rule !== null) sum += rule.id.length
        next = next + 1 === PROGRAMS ? 0 : next + 1
      }
      return sum
    },
  }
}

function loop(place: (facts: Visitor) => number, visitors: readonly Visitor[]): Case['run'] {
  return (times) => {
    let sum = 0
    for (let i = 0; i < times; i++) sum += place(visitors[i & (VISITORS - 1)]!)
    return sum
  }
}

function loopAsync(place: (facts: Visitor) => Promise<number>, visitors: readonly Visitor[]): Case['run'] {
  return async (times) => {
    let sum = 0
    for (let i = 0; i < times; i++) sum += await place(visitors[i & (VISITORS - 1)]!)
    return sum
  }
}

/** How many times fill the time; on the way the compiler gets to know the code. */
async function calibrate(run: Case['run'], ms: number): Promise<number> {
  for (let times = 1; ; times *= 2) {
    const ns = await timeOf(run, times)
    if (ns >= ms * 1e6) return Math.max(1, Math.round((times * ms * 1e6) / ns))
  }
}

/** Nanoseconds of processor time. */
async function timeOf(run: Case['run'], times: number): Promise<number> {
  const begun = usedMicroseconds()
  const result = run(times)
  sink += typeof result === 'number' ? result : await result
  return (usedMicroseconds() - begun) * 1000
}

if (import.meta.main) {
  const [rounds, ms] = process.argv.slice(2).map(Number)
  process.stdout.write(JSON.stringify(await measureRules({ rounds: rounds ?? 5, ms: ms ?? 50 })))
}
