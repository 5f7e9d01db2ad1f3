// The conditions of a run: machine, versions and load, without which no number means anything.
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'

/** @param generator what made the load, with its version */
export function describeMachine(generator: string): string[] {
  const load = loadavg()
    .map((value) => value.toFixed(2))
    .join(' ')
  return [
    `${availableParallelism()} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}`,
    `Node ${process.version}, V8 ${process.versions.v8}; load from ${generator}`,
    `Load average before the run (1, 5, 15 min): ${load}${isBusy() ? ': other programs were running, expect noise' : ''}`,
  ]
}

/** Whether others had work for the processors when this was asked. */
function isBusy(): boolean {
  return loadavg()[0]! > availableParallelism() * 0.5
}

const LOOK_MS = 200

/** How much of all processors is in use right now, while this process waits: 0 to 1. */
export async function othersShare(): Promise<number> {
  const before = times()
  await wait(LOOK_MS)
  const after = times()
  const total = after.total - before.total
  return total === 0 ? 0 : 1 - (after.idle - before.idle) / total
}

function times(): { idle: number; total: number } {
  const all = cpus().map(({ times }) => times)
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
  return {
    idle: sum(all.map(({ idle }) => idle)),
    total: sum(all.map(({ user, nice, sys, idle, irq }) => user + nice + sys + idle + irq)),
  }
}
