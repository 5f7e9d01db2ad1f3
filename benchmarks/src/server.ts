// Servers to measure, each a fresh child process on loopback: started, asked for their processor time, and ended.
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ORIGIN, SECRET } from './world.ts'

export interface Started {
  readonly port: number
  /** Processor time used so far (µs); null where the system does not tell. */
  cpu(): number | null
  signal(name: NodeJS.Signals): void
  /** Ends it in peace. @returns what it wrote to stderr */
  end(): Promise<string>
}

export interface Command {
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

const START_MS = 20_000
const END_MS = 60_000
/** What Linux counts processor time in, on every platform that Node runs on. */
const TICK_US = 10_000
const FROM_SOURCE = '--conditions=@linkwright/source'
const src = import.meta.dirname
const linkwrightFolder = join(src, '..', '..', 'packages', 'linkwright')

export function bareServer(): Command {
  return { args: [join(src, 'bare.ts')] }
}

/** @param built what users run; else the source, for tests that must not need a build */
export function embeddedServer(file: string, built: boolean): Command {
  return { args: [...(built ? [] : [FROM_SOURCE]), join(src, 'embedded.ts'), file] }
}

/** `linkwright serve`, as it is shipped. */
export function standaloneServer(file: string, built: boolean, preload: readonly string[] = []): Command {
  const entry = built
    ? [join(linkwrightFolder, 'dist', 'bin.js')]
    : [FROM_SOURCE, join(linkwrightFolder, 'src', 'bin.ts')]
  return {
    args: [...preload.map((path) => `--import=${path}`), ...entry, 'serve', '--port', '0'],
    env: {
      DATABASE_URL: `sqlite:${file}`,
      LINKWRIGHT_ORIGIN: ORIGIN,
      LINKWRIGHT_SECRET: SECRET,
      NODE_ENV: 'production',
    },
  }
}

export async function startServer({ args, env = {} }: Command): Promise<Started> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env.PATH ?? '', ...env },
  })
  const killed = () => child.kill('SIGKILL')
  process.once('exit', killed)
  let output = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  void ended.then(() => process.off('exit', killed))
  const port = await listening(child, () => output)
  return {
    port,
    cpu: () => cpuOf(child.pid!),
    signal: (name) => child.kill(name),
    async end() {
      child.kill('SIGTERM')
      const timer = setTimeout(killed, END_MS)
      const code = await ended
      clearTimeout(timer)
      if (code !== 0) throw new Error(`A server ended with ${code}\n${output}`)
      return output
    },
  }
}

/** All of them log the port as JSON once they listen. */
function listening(child: ChildProcess, output: () => string): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = () => {
      child.kill('SIGKILL')
      reject(new Error(`A server did not start: ${child.spawnargs.join(' ')}\n${output()}`))
    }
    const timer = setTimeout(fail, START_MS)
    child.once('close', fail)
    const look = () => {
      const port = /"port":(\d+)/.exec(output())?.[1]
      if (port === undefined) return
      clearTimeout(timer)
      child.off('close', fail)
      child.stderr?.off('data', look)
      resolve(Number(port))
    }
    child.stderr?.on('data', look)
  })
}

/** User and system time of the whole process, from /proc (proc(5)). */
function cpuOf(pid: number): number | null {
  if (process.platform !== 'linux') return null
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_US
}
