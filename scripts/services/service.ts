// One service of the tests as a process that can be killed, paused and started again, and that never outlives us.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, closeSync, mkdtempSync, openSync, readFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isOpenTo, NOBODY } from './nobody.ts'

export interface Service {
  readonly url: string
  /** Of the process that runs, or that ran last. */
  readonly pid: number
  readonly folder: string
  /** Sends a signal and waits until the process has ended. */
  kill(signal?: NodeJS.Signals): Promise<void>
  /** Stops it as it stands, with the processes it has started: connections stay open and nothing answers. */
  pause(): void
  resume(): void
  /** Starts it again on the same port and the same data, after an orderly end if it still runs. */
  restart(): Promise<void>
  /** Ends it and removes its folder. */
  stop(): Promise<void>
}

/** How to run it; the folder is the service's own, and where it is run. */
export interface Run {
  readonly url: string
  readonly program: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** The signal for an orderly end. */
  readonly end: NodeJS.Signals
  isReady(pid: number): Promise<boolean>
}

/** A folder that is removed when its lease ends: on purpose, or with the process that holds it. */
export interface Lease {
  readonly folder: string
  /** What is to be killed first; 0 for nothing. */
  hold(pid: number): void
  end(): Promise<void>
}

const READY_MS = 30_000
/** For so long a program that ends by itself is started again. */
const AGAIN_MS = 5000

/**
 * The watcher reads process ids from us until there is nothing to read: when the lease ends, and when we do, however
 * that happens. It is in a session of its own, so that Ctrl-C ends us and not the watcher.
 */
const WATCHER = `
lives() { kill -0 "$pid" && ! grep -q '^State:.Z' "/proc/$pid/status"; }
pid=0
while read -r line; do pid=$line; done
if [ "$pid" != 0 ]; then
  kill -"$1" "$pid"; kill -CONT "$pid"
  tries=0
  while [ $tries -lt 300 ] && lives; do sleep 0.02; tries=$((tries + 1)); done
  kill -KILL "$pid"
fi
rm -rf "$2" || { sleep 0.5; rm -rf "$2"; }
`

/** @param kill the signal by which the process ends at once and leaves nothing behind */
export function leaseFolder(name: string, kill: NodeJS.Signals): Lease {
  const parent = isOpenTo(NOBODY, tmpdir()) ? tmpdir() : '/tmp'
  const folder = mkdtempSync(join(parent, `linkwright-${name}-`))
  const watcher = spawn('sh', ['-c', WATCHER, 'watcher', kill.replace('SIG', ''), folder], {
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  const ended = once(watcher, 'exit')
  watcher.unref()
  if (watcher.stdin instanceof Socket) watcher.stdin.unref()
  if (NOBODY) chownSync(folder, NOBODY.uid, NOBODY.gid)
  return {
    folder,
    hold(pid) {
      // It also hears of the end that it has made itself.
      if (watcher.stdin.writable) watcher.stdin.write(`${pid}\n`)
    },
    async end() {
      watcher.ref()
      watcher.stdin.end()
      await ended
    },
  }
}

export async function runService({ folder, hold, end }: Lease, run: Run): Promise<Service> {
  let child = await start(run, folder, hold)
  const kill = async (signal: NodeJS.Signals = 'SIGKILL') => {
    const ended = once(child, 'exit')
    if (!isAlive(child)) return
    child.ref()
    child.kill(signal)
    await ended
  }
  const signalAll = (signal: NodeJS.Signals) => {
    if (isAlive(child)) for (const pid of [child.pid!, ...childrenOf(child.pid!)]) process.kill(pid, signal)
  }
  return {
    url: run.url,
    folder,
    get pid() {
      return child.pid!
    },
    kill,
    pause: () => signalAll('SIGSTOP'),
    resume: () => signalAll('SIGCONT'),
    async restart() {
      signalAll('SIGCONT')
      await kill(run.end)
      child = await start(run, folder, hold)
    },
    async stop() {
      signalAll('SIGCONT')
      await end()
    },
  }
}

/** A killed process leaves things to the system for a moment (a port, shared memory): the first tries may fail. */
async function start(run: Run, folder: string, hold: Lease['hold']): Promise<ChildProcess> {
  const begun = Date.now()
  for (;;) {
    const child = spawnLogged(run, folder)
    const ended = once(child, 'exit').catch(() => {})
    hold(child.pid ?? 0)
    child.once('exit', () => hold(0))
    while (child.pid !== undefined && isAlive(child) && Date.now() - begun < READY_MS) {
      if (await run.isReady(child.pid)) {
        child.unref()
        return child
      }
      await Promise.race([sleep(20), ended])
    }
    if (Date.now() - begun > AGAIN_MS) {
      child.kill('SIGKILL')
      throw new Error(`${run.program} does not start:\n${readFileSync(join(folder, 'log'), 'utf8').slice(-2000)}`)
    }
    await sleep(100)
  }
}

function spawnLogged({ program, args, env }: Run, cwd: string): ChildProcess {
  const log = openSync(join(cwd, 'log'), 'a')
  const child = spawn(program, args, {
    cwd,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', log, log],
    detached: true,
    ...NOBODY,
  })
  closeSync(log)
  return child
}

function isAlive({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null
}

/** Linux only; elsewhere the process itself has to do. */
function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}
