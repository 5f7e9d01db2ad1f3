// A Cluster that loses masters: each part goes on with those that are left.
import { type Change, WINDOW_MS } from '@linkwright/core'
import { Command, Redis } from 'ioredis'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startCluster } from '../../../scripts/services/redis.ts'
import type { RedisParts } from '../src/index.ts'
import { appends, eventOf, expectQuick, openParts, SOON, WAYS } from './world.ts'

const MINUTE = Date.parse('2026-11-22T10:00:00Z')
const MASTERS = 3
const LINK: Change = { kind: 'link', domainId: null, slug: 'promo' }

describe.each(WAYS)('a master is $way', ({ away, back }) => {
  test('the others serve their keys all the while, and it comes back', async () => {
    const { address, nodes } = await createCluster()
    const [one, other] = [await openParts(address), await openParts(address)]
    const heard: Change[] = []
    const watches = [one.channel.watch((changes) => void heard.push(...changes)), other.channel.watch(() => {})]
    await expect.poll(() => watches.every((watch) => watch.healthy()), SOON).toBe(true)
    const [dead, alive] = [keysOn(0), keysOn(1)]
    heard.length = 0

    await away(nodes[0]!)
    await expectQuick(async () => {
      for (const key of dead) await one.limits.take(key, 5, MINUTE)
      for (const key of dead) expect(await one.cache.get(key)).toEqual({ lease: null })
    })
    expect(one.healthy()).toBe(false)
    // Exact, as only Redis can make it.
    for (const key of alive) expect(await passTogether([one, other], key, 7)).toBe(7)
    for (const key of alive) expect(await one.cache.get(key)).toEqual({ lease: expect.any(String) })
    await expect.poll(() => appends(one.journal, 'a'), SOON).toBe(true)
    const ids: string[] = []
    const drain = () => other.journal.drain(10, async (events) => void ids.push(...events.map(({ id }) => id)))
    await expect.poll(() => drain().then(() => ids), SOON).toContain('a')
    // What is said before it is noticed is made up for; then whoever was connected to it is connected to another.
    await other.channel.publish([LINK])
    await expect.poll(() => heard.length, SOON).toBeGreaterThan(0)
    const tell = () => other.channel.publish([LINK]).then(() => heard)
    await expect.poll(tell, SOON).toContainEqual(LINK)
    await expect.poll(() => watches.every((watch) => watch.healthy()), SOON).toBe(true)

    await back(nodes[0]!)
    await expect.poll(() => one.healthy() && other.healthy(), SOON).toBe(true)
    let window = 0
    const pass = () => passTogether([one, other], dead[0]!, 7, MINUTE + ++window * WINDOW_MS)
    await expect.poll(pass, SOON).toBe(7)
    for (const watch of watches) watch.stop()
  })
})

test('all masters are killed and started again', async () => {
  const { address, nodes } = await createCluster()
  const parts = await openParts(address)
  await Promise.all(nodes.map((node) => node.kill()))
  await parts.limits.take('token', 5, MINUTE)
  await expectQuick(async () => {
    for (let at = 0; at < 100; at++) expect(await parts.cache.get(`/${at}`)).toEqual({ lease: null })
    for (let at = 0; at < 100; at++) await expect(parts.journal.append(eventOf('a'))).rejects.toThrow('away')
  })
  await Promise.all(nodes.map((node) => node.restart()))
  const add = () => appends(parts.journal, 'b')
  await expect.poll(add, SOON).toBe(true)
  await expect.poll(() => parts.healthy(), SOON).toBe(true)
})

test('a slot moves to another master while it is used', async () => {
  const { address, nodes } = await createCluster()
  const processes = [await openParts(address), await openParts(address)]
  const [key = ''] = keysOn(0)
  const slot = new Command('get', [`lw:{limit:${key}}`]).getSlot()
  const clients = nodes.map(({ url }) => new Redis(url))
  const [from, to] = [clients[0]!, clients[1]!]
  const id = String(await to.cluster('MYID'))
  await to.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', String(await from.cluster('MYID')))
  await from.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', id)
  // A key that is not there yet is asked for where it will be.
  expect(await passTogether(processes, key, 7)).toBe(7)
  for (const client of clients) await client.call('CLUSTER', 'SETSLOT', slot, 'NODE', id)
  expect(await passTogether(processes, key, 9)).toBe(2)
  expect(await passTogether(processes, key, 7, MINUTE + WINDOW_MS)).toBe(7)
  for (const client of clients) client.disconnect()
})

async function createCluster() {
  const { url, nodes, stop } = await startCluster({ appendonly: true })
  onTestFinished(stop)
  const cluster = url.split(',').map((node) => {
    const { hostname, port } = new URL(`redis://${node}`)
    return { host: hostname, port: Number(port) }
  })
  return { address: { cluster }, nodes }
}

/** Names whose limits, and whose cached links, live on this master. */
function keysOn(master: number): string[] {
  const isThere = (key: string) => Math.floor((new Command('get', [key]).getSlot() * MASTERS) / 16_384) === master
  const keys = Array.from({ length: 500 }, (_, at) => `key-${at}`)
  return keys.filter((key) => isThere(`lw:{limit:${key}}`) && isThere(`lw:{link:${key}}`)).slice(0, 5)
}

async function passTogether(processes: readonly RedisParts[], key: string, limit: number, now = MINUTE) {
  const calls = Array.from({ length: 20 }, (_, at) => processes[at % processes.length]!.limits.take(key, limit, now))
  return (await Promise.all(calls)).filter(({ allowed }) => allowed).length
}
