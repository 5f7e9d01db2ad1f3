// One clock for all processes of this machine, which nobody sets.

/** Milliseconds since the machine started. */
export function moment(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000
}
