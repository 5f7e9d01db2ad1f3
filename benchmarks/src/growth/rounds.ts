// Asks all questions of all sizes in turn, so that what disturbs the machine disturbs every size alike.
import { orderOf } from '../statistics.ts'
import type { Meter } from './meter.ts'
import type { Inhabited } from './place.ts'
import { createDraw } from './population.ts'
import type { Question } from './questions.ts'

/** What one question costs: for each size a call's cost in each round (µs). */
export interface Curve {
  readonly question: Question
  readonly samples: readonly (readonly number[])[]
}

/** Rounds that are not counted: statements are prepared, and pages of the tables are met. */
const WARM = 2

export async function measure(
  questions: readonly Question[],
  places: readonly Inhabited[],
  rounds: number,
  meter: Meter,
): Promise<Curve[]> {
  const curves = questions.map((question) => ({ question, samples: places.map(() => [] as number[]) }))
  const sizes = places.map((place, at) => ({ place, at }))
  const draw = createDraw(1)
  for (let round = -WARM; round < rounds; round++) {
    for (const { question, samples } of curves) {
      for (const { place, at } of orderOf(sizes, Math.abs(round))) {
        const cost = await ask(question, place, draw, meter)
        if (round >= 0) samples[at]!.push(cost)
      }
    }
  }
  return curves
}

/** Microseconds a call. The first one is not counted: it may have to connect anew. */
async function ask(question: Question, place: Inhabited, draw: () => number, meter: Meter): Promise<number> {
  const [first, ...calls] = Array.from({ length: question.runs + 1 }, () => question.prepare(place, draw))
  const made = [await first!()]
  const used = meter()
  for (const call of calls) made.push(await call())
  const cost = used() / calls.length
  await question.undo?.(place, made)
  return cost
}
