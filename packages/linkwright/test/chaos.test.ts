// The shorter form of `npm run chaos`: each invariant that needs no long run, once, on what is shipped.
import { beforeAll, describe, expect, test } from 'vitest'
import type { Invariant } from '../../../scripts/chaos/findings.ts'
import { runScenarios } from '../../../scripts/chaos/run.ts'
import { SCENARIOS } from '../../../scripts/chaos/scenarios/index.ts'
import { ENGINE } from './fixture/place.ts'

const LIMIT_MS = 330_000

const names = SCENARIOS.filter(({ times, engines }) => times.short > 0 && engines.includes(ENGINE)).map(
  ({ name }) => name,
)

describe('what holds whatever dies', () => {
  let invariants: readonly Invariant[] = []
  beforeAll(async () => {
    invariants = await runScenarios({ length: 'short', only: undefined, engine: ENGINE, times: undefined }, () => {})
  }, LIMIT_MS)

  test.each(names)('%s', (name) => {
    const own = invariants.filter((invariant) => invariant.name === name)
    expect(own.length).toBeGreaterThan(0)
    expect(own.filter(({ passed }) => !passed)).toEqual([])
  })
})
