// The conditions of a run: machine, versions and load, without which no number means anything.
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'

/** @param generator what made the load, with its version */
export function describeMachine(generator: string): string[] {
  const load = loadavg()
    .map((value) => value.toFixed(2))
    .join(' ')
  return [
    `${availableParallelism()} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}`,
    `Node ${process.version}, V8 ${process.versions.v8}; load from ${generator}`,
    `Load average (1, 5, 15 min): ${load}`,
  ]
}

/** Whether others had work for the processors when this was asked. */
export function isBusy(): boolean {
  return loadavg()[0]! > availableParallelism() * 0.5
}
