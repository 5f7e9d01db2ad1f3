// What a script says in its last line: "N passed, N failed".
import type { Ended } from './command.ts'

export interface Tally {
  readonly passed: number
  readonly failed: number
}

/** A script that fails without saying so, or ends without a last line, has failed once. */
export function tallyOf({ ok, output }: Ended): Tally {
  const [, passed, failed] = /(?:^|\n)(\d+) passed, (\d+) failed\n?$/.exec(output) ?? []
  if (passed === undefined || failed === undefined) return { passed: 0, failed: 1 }
  const tally = { passed: Number(passed), failed: Number(failed) }
  return !ok && tally.failed === 0 ? { ...tally, failed: 1 } : tally
}

export function sum(tallies: readonly Tally[]): Tally {
  return tallies.reduce((all, { passed, failed }) => ({ passed: all.passed + passed, failed: all.failed + failed }), {
    passed: 0,
    failed: 0,
  })
}
