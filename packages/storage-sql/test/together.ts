// Child processes that do the same thing to one database at the same moment.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { tasks } from './process.ts'

const PROCESS = fileURLToPath(new URL('./process.ts', import.meta.url))

/**
 * Starts processes, lets all go at once when each is ready, and collects what they found.
 *
 * @throws Error that names the signal or the exit code of a process that failed
 */
export function runTogether<T>(count: number, task: keyof typeof tasks, ...args: readonly string[]): Promise<T[]> {
  const children = Array.from({ length: count }, () =>
    spawn(process.execPath, ['--conditions=@linkwright/source', PROCESS, task, ...args], {
      stdio: ['pipe', 'pipe', 'inherit'],
    }),
  )
  let waiting = count
  const results = children.map(async (child) => {
    const exit = once(child, 'exit')
    let found: unknown
    for await (const line of createInterface({ input: child.stdout })) {
      if (line !== 'ready') found = JSON.parse(line)
      else if (--waiting === 0) for (const each of children) each.stdin.end()
    }
    const [code, signal] = await exit
    if (code !== 0) throw new Error(`${task} ended with ${signal ?? code}`)
    return found as T
  })
  return Promise.all(results)
}
