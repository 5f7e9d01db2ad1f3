// The parent's hand on a load: starts it, ends it, and reads its ledger.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Order, Work } from './client.ts'
import { type Attempt, readLedger } from './ledger.ts'
import type { Stage } from './stage.ts'

export interface Load {
  /** @param settleMs how long writers may try to get what they began acknowledged */
  stop(settleMs?: number): Promise<Attempt[]>
  /** What is written so far. */
  read(): Attempt[]
}

let loads = 0

export function startLoad(stage: Stage, works: readonly Work[]): Load {
  const name = `l${++loads}`
  const ledger = join(stage.folder, `ledger-${name}`)
  // No export condition is passed on: the client imports only what is beside it.
  const child = fork(join(import.meta.dirname, 'client.ts'), [], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  stage.owns(child)
  const ended = once(child, 'exit')
  child.send({ kind: 'start', ledger, name, works } satisfies Order)
  return {
    async stop(settleMs = 15_000) {
      child.send({ kind: 'stop', settleMs } satisfies Order)
      const [code] = await ended
      if (code !== 0) throw new Error(`the load ended with ${code}`)
      return readLedger(ledger)
    },
    read: () => readLedger(ledger),
  }
}

/** As many clients as there are links, each on a connection and a link of its own. */
export function visitors(ports: readonly number[], slugs: readonly string[], everyMs: number): Work[] {
  return slugs.map((slug, at) => ({ role: 'visit', ports: turned(ports, at), everyMs, of: [slug] }))
}

/** One client for each list of tokens. */
export function writers(ports: readonly number[], tokens: readonly (readonly string[])[], everyMs: number): Work[] {
  return tokens.map((of, at) => ({ role: 'create', ports: turned(ports, at), everyMs, of }))
}

/** So that not all begin with the same server. */
function turned<T>(list: readonly T[], by: number): T[] {
  const at = by % list.length
  return [...list.slice(at), ...list.slice(0, at)]
}
