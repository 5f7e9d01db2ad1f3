// All parts under their suites: on a single Redis, and on a Cluster.
import { randomBytes } from 'node:crypto'
import { cacheSuite, channelSuite, journalSuite, limiterSuite, type Opened } from '@linkwright/conformance'
import type { Address } from './client.ts'
import { type RedisParts, redis } from './index.ts'

for (const [name, address] of [
  ['a Redis', variable('LINKWRIGHT_TEST_REDIS_URL')],
  ['a Redis Cluster', { cluster: variable('LINKWRIGHT_TEST_REDIS_CLUSTER').split(',').map(toNode) }],
] satisfies [string, Address][]) {
  limiterSuite({ name, open: () => open(address, (parts) => parts.limits) })
  journalSuite({ name, open: () => open(address, (parts) => parts.journal) })
  channelSuite({ name, open: () => open(address, (parts) => parts.channel) })
  cacheSuite({ name, open: () => open(address, (parts) => parts.cache) })
}

/** A busy machine may be late: how late answers are treated is for other tests. */
const timeoutMs = 5000

async function open<P>(address: Address, partOf: (parts: RedisParts) => P): Promise<Opened<P>> {
  const prefix = `test-${randomBytes(6).toString('hex')}:`
  const opened: RedisParts[] = []
  const another = () => {
    const parts = redis(address, { prefix, timeoutMs })
    opened.push(parts)
    return partOf(parts)
  }
  return {
    part: another(),
    openSecond: async () => another(),
    close: async () => void (await Promise.all(opened.map((parts) => parts.close()))),
  }
}

function variable(name: string): string {
  const value = process.env[name]
  if (value === undefined) throw new Error(`${name} is not set: the tests of Redis need a Redis`)
  return value
}

function toNode(text: string): { host: string; port: number } {
  const { hostname, port } = new URL(`redis://${text}`)
  return { host: hostname, port: Number(port) }
}
