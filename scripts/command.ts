// Runs one command to its end and keeps what it printed.
import { spawn } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { root } from './packages.ts'

export interface Ended {
  ok: boolean
  output: string
}

export interface Surroundings {
  cwd?: string
  /** Print while it runs, besides keeping it. */
  live?: boolean
  /** Beside the environment that we have. */
  env?: Readonly<Record<string, string>>
  /** For what may take longer than most. */
  limitMs?: number
}

/** Nothing that the tests start may take longer; a hanging command would otherwise hold up CI for hours. */
const LIMIT_MS = 6 * 60_000

/** A command of node_modules/.bin by its name, or any other by its path. Never rejects. */
export function command(name: string, args: string[], surroundings: Surroundings = {}): Promise<Ended> {
  const { cwd = root, live = false, env: more, limitMs = LIMIT_MS } = surroundings
  return new Promise((resolve) => {
    const colour: Record<string, string> =
      live && process.stdout.isTTY && !process.env.CI ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' }
    const { FORCE_COLOR, NO_COLOR, NODE_OPTIONS, GITHUB_ACTIONS, ...env } = process.env
    const child = spawn(name, args, {
      cwd,
      // CI is always set, so that a tool does at home what it does there.
      env: {
        ...env,
        ...more,
        ...colour,
        CI: 'true',
        PATH: [env.PATH, join(root, 'node_modules', '.bin')].join(delimiter),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: limitMs,
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text
        if (live) process.stdout.write(text)
      })
    }
    child.on('error', (error) => resolve({ ok: false, output: `${output}${name}: ${error.message}\n` }))
    child.on('close', (code, signal) => {
      if (signal) output += `${name}: ended by ${signal}\n`
      resolve({ ok: code === 0, output })
    })
  })
}
