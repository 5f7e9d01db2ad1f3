// Hears of changes on a connection of its own, notices when it does not, and comes back by itself.
import { setTimeout } from 'node:timers/promises'
import type { Change, Watch } from '@linkwright/core'
import { CHANNEL } from '../engine.ts'
import type { Clients } from './clients.ts'
import type { PooledClient } from './driver.ts'

type Listener = (changes: readonly Change[]) => void

export interface Watches {
  add(listener: Listener): Watch
  stop(): void
}

/** How often the server is asked whether it is still there (ms), and how long it may take to answer. */
const PING_MS = 1000
const ANSWER_MS = 2000
/** How long to wait before a new attempt (ms): little at first, then more. */
const FIRST_WAIT_MS = 50
const LAST_WAIT_MS = 1000

/** All watches share one connection, which is open while there are any. */
export function createWatches(clients: Clients): Watches {
  const listeners = new Set<Listener>()
  let hearing = false
  let session: AbortController | undefined

  const report = (changes: readonly Change[]) => {
    for (const listener of [...listeners]) listener(changes)
  }

  /** Listens, again and again, until nobody wants to hear any more. */
  async function run(signal: AbortSignal): Promise<void> {
    for (let waitMs = FIRST_WAIT_MS; !signal.aborted; waitMs = Math.min(waitMs * 2, LAST_WAIT_MS)) {
      try {
        await listen(clients, signal, {
          begin() {
            waitMs = FIRST_WAIT_MS
            hearing = true
            // Nobody knows what was missed until now.
            report([{ kind: 'all' }])
          },
          hear: (change) => report([change]),
        })
      } catch {
        // The server is away; that nothing is heard is told by `healthy`.
      }
      if (signal.aborted) return
      hearing = false
      await pause(waitMs, signal)
    }
  }

  function end(): void {
    hearing = false
    session?.abort()
    session = undefined
  }

  return {
    add(listener) {
      // Each watch is one of its own, even of the same function.
      const own: Listener = (changes) => listener(changes)
      listeners.add(own)
      if (session === undefined) {
        session = new AbortController()
        void run(session.signal)
      }
      return {
        healthy: () => hearing && listeners.has(own),
        stop() {
          if (listeners.delete(own) && listeners.size === 0) end()
        },
      }
    },
    stop() {
      listeners.clear()
      end()
    },
  }
}

interface Hearing {
  /** From here on nothing is missed. */
  begin(): void
  hear(change: Change): void
}

/** Listens on a new connection for as long as that lasts. */
async function listen(clients: Clients, signal: AbortSignal, { begin, hear }: Hearing): Promise<void> {
  const client = await clients.connectAside()
  client.unref()
  const lost = new AbortController()
  client.on('end', () => lost.abort())
  const over = AbortSignal.any([signal, lost.signal])
  try {
    let schema = ''
    client.on('notification', ({ payload = '' }) => {
      // Several Linkwrights may share a database, each in its schema.
      if (!signal.aborted && payload.startsWith(`${schema} `)) hear(parseChange(payload.slice(schema.length + 1)))
    })
    await client.query({ text: `listen ${CHANNEL}`, query_timeout: ANSWER_MS })
    schema = await ping(client)
    if (!signal.aborted) begin()
    for (;;) {
      await pause(PING_MS, over)
      if (signal.aborted) return
      schema = await ping(client)
    }
  } finally {
    // Closed, and not given back: it would go on listening. A server that has fallen silent never sees its end, so that
    // no process may have to wait for it.
    client.release(true)
  }
}

/** Anybody on the database can say something here; what cannot be read may mean anything. */
function parseChange(text: string): Change {
  try {
    return JSON.parse(text) as Change
  } catch {
    return { kind: 'all' }
  }
}

/** @returns the schema, which may have been made since */
async function ping(client: PooledClient): Promise<string> {
  const { rows } = await client.query({ text: 'select current_schema() as name', query_timeout: ANSWER_MS })
  return (rows as { name: string | null }[])[0]?.name ?? ''
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal, ref: false }).catch(() => {})
}
