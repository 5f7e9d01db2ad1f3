// The server under test as a process tree of its own: started as it is shipped, killed, ended, and looked at.
import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { root } from '../packages.ts'
import { moment } from './moment.ts'
import { plainRequest } from './requests.ts'
import { createConnection } from './wire.ts'

export type Environment = Readonly<Record<string, string>>

interface LogLine {
  readonly level: string
  readonly message: string
  readonly [field: string]: unknown
}

interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** When (ms). */
  readonly at: number
}

export interface Server {
  readonly port: number
  readonly pid: number
  /** Its last lines. */
  readonly log: readonly LogLine[]
  /** The first such text on its stdout. */
  printed(pattern: RegExp): Promise<string>
  readonly ended: Promise<Exit>
  /** All of its processes, the first one first. */
  pids(): number[]
  signal(name: NodeJS.Signals): void
  /** Ends all of its processes at once, as a machine does. */
  kill(): Promise<Exit>
}

const BIN = join(root, 'packages', 'linkwright', 'dist', 'bin.js')
const COMPILED = join(root, 'node_modules', '.cache', 'linkwright-chaos')
const START_MS = 30_000
const LINES = 500

/** A process ends with us, however we end: then the channel between us is closed. Workers end with their parent. */
const ATTACHED = `import cluster from 'node:cluster'
if (cluster.isPrimary) { process.once('disconnect', () => process.exit(70)); process.channel.unref() }`

/** Nothing of our environment reaches the command. */
export function spawnLinkwright(args: readonly string[], env: Environment, cwd?: string): ChildProcess {
  const attached = `--import=data:text/javascript,${encodeURIComponent(ATTACHED)}`
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', attached, BIN, ...args], {
    cwd,
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: COMPILED, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  // Whoever waits for it sees it end.
  child.on('error', () => {})
  return child
}

/** @throws Error with what it said when it does not begin to serve */
export async function startServer(child: ChildProcess, workers = 1): Promise<Server> {
  const log: LogLine[] = []
  const ended = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal, at: moment() }))
  })
  let printed = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    printed += text
  })
  const port = await new Promise<number>((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`serve ${why}: ${log.map(({ message }) => message).join('; ')}`))
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      fail('did not begin in time')
    }, START_MS)
    // Only once all that it said has been read.
    child.once('close', (code) => fail(`ended with ${code}`))
    createInterface({ input: child.stderr! }).on('line', (text) => {
      const line = readLine(text)
      log.push(line)
      if (log.length > LINES) log.shift()
      if (line.message !== 'listening') return
      clearTimeout(timer)
      resolve(Number(line.port))
    })
  })
  await Promise.race([ready(port, workers), ended])
  const pid = child.pid!
  const pids = () => [pid, ...childrenOf(pid)]
  return {
    port,
    pid,
    log,
    async printed(pattern) {
      for (let tries = 0; tries < START_MS / 20; tries++) {
        const [text] = pattern.exec(printed) ?? []
        if (text !== undefined) return text
        await sleep(20)
      }
      throw new Error(`serve did not print ${pattern}`)
    },
    ended,
    pids,
    signal: (name) => child.kill(name),
    kill() {
      for (const one of pids()) killPid(one)
      return ended
    },
  }
}

/** They listen before they can serve; connections go to workers in turn. */
async function ready(port: number, workers: number): Promise<void> {
  const connections = Array.from({ length: workers }, () => createConnection({ port }))
  try {
    for (const connection of connections) await connection.open()
    for (const connection of connections) {
      while ((await connection.exchange(plainRequest('/readyz'))).status !== 200) await sleep(10)
    }
  } finally {
    for (const connection of connections) connection.close()
  }
}

export function killPid(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Linux only. */
export function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

/** Memory in MB and open file descriptors, of all these processes together. */
export function sizeOf(pids: readonly number[]): { readonly rss: number; readonly files: number } {
  const rss = pids.reduce((sum, pid) => sum + residentPages(pid) / 256, 0)
  const files = pids.reduce((sum, pid) => sum + readdirSync(`/proc/${pid}/fd`).length, 0)
  return { rss, files }
}

/** Of 4 kB. */
function residentPages(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1])
}

function readLine(text: string): LogLine {
  try {
    return JSON.parse(text) as LogLine
  } catch {
    return { level: 'error', message: text }
  }
}
