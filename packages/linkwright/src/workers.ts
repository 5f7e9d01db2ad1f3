// Several processes behind one port (node:cluster): started together, replaced when one dies, ended together.
import cluster, { type Worker } from 'node:cluster'
import { type AddressInfo, createServer } from 'node:net'
import type { Logger } from '@linkwright/http'

export interface Workers {
  /** Tells all of them to end, and waits until they have. */
  close(): Promise<void>
}

/** A worker that dies sooner than this is not replaced at once: it would only die again. */
const SOON_MS = 5_000
/** One that has not ended by itself by then hangs. What it has acknowledged is safe. */
const END_MS = 14_000
const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 30_000

/**
 * Runs this very command in `count` processes on one port, and goes on once all of them serve.
 * @throws Error when one of them cannot begin; why, it has said itself
 */
export async function startWorkers(count: number, port: number, logger: Logger): Promise<Workers> {
  let closing: Promise<void> | undefined
  let failures = 0
  const waiting = new Set<NodeJS.Timeout>()
  // All of them accept from one queue. Handed on by this process, a connection given to one that just died would hang.
  cluster.schedulingPolicy = cluster.SCHED_NONE
  cluster.setupPrimary({ args: [...process.argv.slice(2), '--port', String(port)] })
  const started = Array.from({ length: count }, start)
  await allListening(started)
  for (const worker of started) replaceOnExit(worker)
  logger.info({ port, workers: count }, 'listening')
  return {
    close() {
      // Nobody comes any more, and this process need not wait to find that out.
      for (const timer of waiting) clearTimeout(timer)
      closing ??= endAll()
      return closing
    },
  }

  function replaceOnExit(worker: Worker): void {
    const begun = Date.now()
    worker.once('exit', (code, signal) => {
      if (closing !== undefined) return
      failures = Date.now() - begun < SOON_MS ? failures + 1 : 0
      const wait = failures === 0 ? 0 : Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures)
      logger.warn({ pid: worker.process.pid, code, signal, wait }, 'a worker ended; another one takes its place')
      const timer = setTimeout(() => {
        waiting.delete(timer)
        replaceOnExit(start())
      }, wait)
      waiting.add(timer)
    })
  }
}

function start(): Worker {
  const worker = cluster.fork()
  // Handing a connection to one that has just died fails; its end is an event of its own.
  worker.on('error', () => {})
  return worker
}

async function allListening(workers: readonly Worker[]): Promise<void> {
  try {
    await Promise.all(workers.map(listening))
  } catch (error) {
    await endAll()
    throw error
  }
}

function listening(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once('listening', () => resolve())
    worker.once('exit', (code) => reject(new Error(`a worker ended with code ${code} before it could serve`)))
  })
}

async function endAll(): Promise<void> {
  const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined)
  await Promise.all(workers.map(ended))
}

function ended(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    if (worker.isDead()) return resolve()
    const kill = setTimeout(() => worker.process.kill('SIGKILL'), END_MS)
    worker.once('exit', () => {
      clearTimeout(kill)
      resolve()
    })
    worker.process.kill('SIGTERM')
  })
}

/** A free port: processes of their own would each take another one. */
export function findPort(host: string | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
      .once('error', reject)
      .listen(0, host, () => {
        const { port } = server.address() as AddressInfo
        server.close(() => resolve(port))
      })
  })
}
