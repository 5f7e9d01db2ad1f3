// News between processes over pub/sub, on one connection of its own that is known to be alive, or known not to be.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Change, Channel } from '@linkwright/core'
import type { Redis } from 'ioredis'
import { within } from './deadline.ts'

type Listener = (changes: readonly Change[]) => void

/** What is said in one message. */
interface Message {
  readonly from: string
  readonly changes: readonly Change[]
}

export interface ClosableChannel extends Channel {
  /** Whether it hears; true where nobody has asked for it yet. */
  healthy(): boolean
  close(): Promise<void>
}

const ALL: readonly Change[] = [{ kind: 'all' }]
/** More changes at once are cheaper told as "everything". */
const MAX_CHANGES = 1000
const PING_MS = 1000
const PONG_MS = 500
const CONNECT_MS = 1500
/** Between two attempts to connect. */
const RETRY_MS = 250

/**
 * Messages may be lost only with the connection: then all listeners hear of everything once there is a new one, and
 * so do the others if what we said may not have been sent.
 *
 * @param open a new connection, to another node each turn where there are several
 */
export function createChannel(
  open: (turn: number) => Redis,
  name: string,
  me: string,
  timeoutMs: number,
): ClosableChannel {
  const listeners = new Map<symbol, Listener>()
  /** Listeners that have missed something. */
  const deaf = new Set<symbol>()
  const ending = new AbortController()
  let listening: Promise<void> | undefined
  let line: Redis | undefined
  /** Whether the others have to be told of everything. */
  let owes = false
  /** Whether a message got no answer: nothing is said until a ping does. */
  let isDoubtful = false

  const hears = () => line?.status === 'ready'

  return {
    async publish(changes) {
      if (changes.length === 0 || ending.signal.aborted) return
      listening ??= listen()
      await say(changes.length > MAX_CHANGES ? ALL : changes).catch(() => {})
    },

    watch(listener) {
      const id = Symbol()
      listening ??= listen()
      listeners.set(id, listener)
      if (!hears()) deaf.add(id)
      return {
        healthy: () => listeners.has(id) && hears(),
        stop() {
          listeners.delete(id)
          deaf.delete(id)
        },
      }
    },

    healthy: () => listening === undefined || hears(),

    async close() {
      ending.abort()
      line?.disconnect()
      await listening
    },
  }

  async function listen(): Promise<void> {
    for (let turn = 0; !ending.signal.aborted; turn++) {
      const client = open(turn)
      // Before we count as hearing, nothing is passed on: everything is, right after.
      client.on('message', (_channel, text) => line === client && hear(text))
      try {
        await hold(client)
      } catch {
        // The next turn comes.
      }
      line = undefined
      for (const id of listeners.keys()) deaf.add(id)
      client.disconnect()
      await pause(RETRY_MS)
    }
  }

  /** Until the connection fails. */
  async function hold(client: Redis): Promise<void> {
    const ended = new Promise<void>((resolve) => client.once('end', resolve))
    await within(client.connect(), CONNECT_MS)
    await within(client.subscribe(name), PONG_MS)
    line = client
    isDoubtful = false
    for (const id of deaf) listeners.get(id)?.(ALL)
    deaf.clear()
    while (hears() && !ending.signal.aborted) {
      if (owes) {
        owes = false
        await say(ALL)
      }
      await Promise.race([ended, pause(PING_MS)])
      await within(client.ping(), PONG_MS)
      isDoubtful = false
    }
  }

  async function say(changes: readonly Change[]): Promise<void> {
    const message: Message = { from: me, changes }
    try {
      if (line === undefined || isDoubtful) throw new Error('there is no connection')
      await within(line.publish(name, JSON.stringify(message)), timeoutMs)
    } catch (error) {
      owes = true
      isDoubtful = true
      throw error
    }
  }

  function hear(text: string): void {
    const { from, changes } = parseMessage(text)
    if (from !== me) for (const listener of listeners.values()) listener(changes)
  }

  function pause(ms: number): Promise<void> {
    return sleep(ms, undefined, { ref: false, signal: ending.signal }).catch(() => {})
  }
}

/** What cannot be read (another version's, say) may mean anything. */
function parseMessage(text: string): Message {
  try {
    const message = JSON.parse(text) as Message
    return Array.isArray(message.changes) ? message : { from: '', changes: ALL }
  } catch {
    return { from: '', changes: ALL }
  }
}
