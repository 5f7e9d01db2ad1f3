// A real Redis of the tests' own, and a Redis Cluster of three masters, on free ports of this machine.
import { setTimeout as sleep } from 'node:timers/promises'
import { NOBODY } from './nobody.ts'
import { freePort } from './ports.ts'
import { openProgram } from './program.ts'
import { findRedis } from './programs.ts'
import { ask } from './resp.ts'
import { leaseFolder, runService, type Service } from './service.ts'

export interface RedisOptions {
  /** Keeps every write in a file, as far as `kill -9` and `restart` can see. */
  readonly appendonly?: boolean
}

export interface Cluster {
  /** `host:port,host:port,host:port` */
  readonly url: string
  readonly nodes: readonly Service[]
  stop(): Promise<void>
}

const SLOTS = 16_384
const MASTERS = 3
const FORMED_MS = 30_000

export function startRedis({ appendonly = false }: RedisOptions = {}): Promise<Service> {
  return startNode(appendonly, [])
}

export async function startCluster({ appendonly = false }: RedisOptions = {}): Promise<Cluster> {
  const buses = await Promise.all(Array.from({ length: MASTERS }, freePort))
  const starts = buses.map((bus) => startNode(appendonly, ['--cluster-enabled', 'yes', '--cluster-port', String(bus)]))
  const settled = await Promise.allSettled(starts)
  const nodes = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  const stop = async () => {
    await Promise.all(nodes.map((node) => node.stop()))
  }
  try {
    await Promise.all(starts)
    await form(nodes.map(portOf), buses)
    return { url: nodes.map((node) => new URL(node.url).host).join(','), nodes, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function startNode(appendonly: boolean, more: readonly string[]): Promise<Service> {
  const found = await findRedis()
  // There is nothing to put away: what is kept is written with each command.
  const lease = leaseFolder('redis', 'SIGKILL')
  try {
    const { server, env } = openProgram(found, NOBODY, lease.folder)
    const port = await freePort()
    const persistence = ['--save', '', '--appendonly', appendonly ? 'yes' : 'no']
    return await runService(lease, {
      url: `redis://127.0.0.1:${port}`,
      program: server,
      args: ['--port', String(port), '--bind', '127.0.0.1', '--dir', lease.folder, ...persistence, ...more],
      env,
      end: 'SIGTERM',
      // Another Redis on the same port is not the one.
      isReady: (pid) =>
        ask(port, 'INFO', 'server').then(
          (text) => text.includes(`process_id:${pid}\r\n`),
          () => false,
        ),
    })
  } catch (error) {
    await lease.end()
    throw error
  }
}

/** Takes Redis two seconds: so long a master waits before it takes writes. */
async function form(ports: readonly number[], buses: readonly number[]): Promise<void> {
  const share = Math.ceil(SLOTS / ports.length)
  for (const [at, port] of ports.entries()) {
    await ask(port, 'CLUSTER', 'ADDSLOTSRANGE', at * share, Math.min(SLOTS, (at + 1) * share) - 1)
    if (at > 0) await ask(ports[0]!, 'CLUSTER', 'MEET', '127.0.0.1', port, buses[at]!)
  }
  const deadline = Date.now() + FORMED_MS
  while (Date.now() < deadline) {
    const infos = await Promise.all(ports.map((port) => ask(port, 'CLUSTER', 'INFO')))
    if (infos.every((info) => info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${MASTERS}`)))
      return
    await sleep(50)
  }
  throw new Error('the Redis Cluster does not come together')
}

function portOf({ url }: Service): number {
  return Number(new URL(url).port)
}
