// Processor time of this thread: unlike the clock, it stands still while other programs have the processor.

/** Before Node 23.9 the whole process is the closest there is. */
const read = process.threadCpuUsage ?? process.cpuUsage

/** Microseconds used since some moment. Systems may count in ticks of some milliseconds: time more than that at once. */
export function usedMicroseconds(): number {
  const { user, system } = read.call(process)
  return user + system
}
