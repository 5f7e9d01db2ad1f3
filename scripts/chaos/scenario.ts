// What a scenario is, and how much of it is played.
import type { EngineName } from './database.ts'
import type { Judge } from './findings.ts'
import type { Stage } from './stage.ts'

/** Long is the whole truth, quick what fits into six minutes, short a sign of life inside `npm test`. */
export type Length = 'long' | 'quick' | 'short'

export interface Play {
  readonly stage: Stage
  readonly judge: Judge
  readonly length: Length
  /** Repeats. */
  readonly times: number
}

export interface Scenario {
  readonly name: string
  readonly engines: readonly EngineName[]
  /** Repeats in each length; 0 leaves it out. */
  readonly times: Readonly<Record<Length, number>>
  /** More than it takes at all: for the beginning and the end, and for each repeat (s). */
  readonly limit: { readonly base: number; readonly each: number }
  play(play: Play): Promise<void>
}
