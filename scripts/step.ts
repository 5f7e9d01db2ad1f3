// A step of `npm test`, and the step that is a list of commands.
import { command, type Ended } from './command.ts'

export interface Outcome {
  passed: number
  failed: number
  /** Shown when something failed. */
  output: string
}

export interface Step {
  title: string
  /** The values of `--only` that include it. */
  parts: Array<'checks' | 'unit' | 'contract'>
  run(live: boolean): Promise<Outcome>
}

/** A check counts as one, however much it looks at. */
export function check(title: string, run: (live: boolean) => Promise<Ended>, parts: Step['parts'] = ['checks']): Step {
  return {
    title,
    parts,
    async run(live) {
      try {
        const { ok, output } = await run(live)
        return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, output }
      } catch (error) {
        const output = error instanceof Error ? error.message : String(error)
        if (live) process.stdout.write(`${output}\n`)
        return { passed: 0, failed: 1, output }
      }
    },
  }
}

/** All of them run, so that all that is wrong is seen; what failed is kept. */
export async function commands(
  list: Array<[name: string, args: string[], cwd?: string]>,
  live: boolean,
): Promise<Ended> {
  const failures: string[] = []
  for (const [name, args, cwd] of list) {
    const { ok, output } = await command(name, args, cwd === undefined ? { live } : { cwd, live })
    if (!ok) failures.push(`$ ${[name, ...args].join(' ')}${cwd === undefined ? '' : `   (${cwd})`}\n${output}`)
  }
  return { ok: failures.length === 0, output: failures.join('\n') }
}

/** For checks that read and compare by themselves: no complaint means passed. */
export function verdict(complaints: string[], live: boolean): Ended {
  const output = complaints.map((complaint) => `${complaint}\n`).join('')
  if (live) process.stdout.write(output)
  return { ok: complaints.length === 0, output }
}
