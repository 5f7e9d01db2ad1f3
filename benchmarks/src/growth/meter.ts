// Processor time of this process and of a database server's: unlike the clock, it stands still while others have the machine.
import { readFileSync } from 'node:fs'
import { usedMicroseconds } from '../stopwatch.ts'

/** @returns the microseconds used since */
export type Meter = () => () => number

/** @param server its first process, if it is one of this machine; its connections are its children (Linux) */
export function createMeter(server?: number): Meter {
  return () => {
    const before = server === undefined ? new Map<number, number>() : usedByConnections(server)
    const begin = usedMicroseconds()
    return () => {
      const own = usedMicroseconds() - begin
      if (server === undefined) return own
      let total = own
      for (const [pid, used] of usedByConnections(server)) total += used - (before.get(pid) ?? 0)
      return total
    }
  }
}

/** Microseconds by process. */
function usedByConnections(server: number): Map<number, number> {
  const children = readFileSync(`/proc/${server}/task/${server}/children`, 'utf8')
    .split(' ')
    .filter(Boolean)
    .map(Number)
  const used = new Map<number, number>()
  for (const pid of children) {
    try {
      // The others write logs ahead and clean up, in their own time.
      if (!/\d\(\d+\)/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))) continue
      const [nanoseconds] = readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')
      used.set(pid, Number(nanoseconds) / 1000)
    } catch {
      // It has ended meanwhile.
    }
  }
  return used
}
