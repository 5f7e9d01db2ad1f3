// Commands to Redis, each behind the gate of the node that it goes to.
import { Cluster, Command } from 'ioredis'
import { type Client, isReady } from './client.ts'
import { within } from './deadline.ts'
import { createGate, type Gate } from './gate.ts'
import { beside } from './keys.ts'

export interface Connection {
  /**
   * Runs a command on the node that serves this key.
   * @throws RedisAway if the node is away: at once where that is known
   */
  run<T>(key: string, command: (client: Client) => Promise<T>): Promise<T>
  /** Whether commands on this key are tried at all. */
  isOpen(key: string): boolean
  /** Whether they have been for long enough that the other processes are back as well. */
  isSteady(key: string): boolean
  healthy(): boolean
  close(): void
}

/** In the beginning commands wait for the first connection instead of being refused. */
const START_MS = 1000
const PROBE_TTL_MS = 1000

/**
 * In a cluster each master has a gate of its own: one that is dead must not shut out the slots of the others.
 * @param timeoutMs after which a command is given up, and its node taken for dead
 */
export function connect(client: Client, timeoutMs: number): Connection {
  const gates = new Map<string, Gate>()
  let started = false
  const start = new Promise<void>((resolve) => {
    client.once('ready', resolve)
    setTimeout(resolve, START_MS).unref()
  }).then(() => {
    started = true
  })

  return {
    async run(key, command) {
      if (!started) await within(start, timeoutMs).catch(() => {})
      return await gateOf(key).run(key, () => send(command))
    },

    isOpen: (key) => gateOf(key).isOpen,

    isSteady: (key) => gateOf(key).isSteady,

    healthy: () => isReady(client) && [...gates.values()].every((gate) => gate.isOpen),

    close() {
      for (const gate of gates.values()) gate.stop()
      client.disconnect()
    },
  }

  async function send<T>(command: (client: Client) => Promise<T>): Promise<T> {
    if (!isReady(client)) throw new Error('there is no connection')
    return await within(command(client), timeoutMs)
  }

  function gateOf(key: string): Gate {
    const node = nodeOf(client, key)
    const known = gates.get(node)
    if (known !== undefined) return known
    const gate = createGate(probe)
    gates.set(node, gate)
    return gate
  }

  /** A write, since a replica and a full node answer to everything else. */
  async function probe(key: string): Promise<void> {
    try {
      await send((client) => client.set(beside(key, ':probe'), '', 'PX', PROBE_TTL_MS))
    } catch (error) {
      // Perhaps another node serves this key by now.
      if (client instanceof Cluster && isReady(client)) client.refreshSlotsCache()
      throw error
    }
  }
}

function nodeOf(client: Client, key: string): string {
  if (!(client instanceof Cluster)) return ''
  return client.slots[new Command('get', [key]).getSlot()]?.[0] ?? ''
}
