// Rate limits while Redis is away, and after it has come back: the plan's number holds.
import { setTimeout as sleep } from 'node:timers/promises'
import { WINDOW_MS } from '@linkwright/core'
import { Redis } from 'ioredis'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Service } from '../../../scripts/services/service.ts'
import { type RedisParts, redis } from '../src/index.ts'
import { createWorld, eventOf, expectQuick, SOON, WAYS } from './world.ts'

/** Longer than what may be taken for a slow answer. */
const OUTAGE_MS = 600
const MINUTE = Date.parse('2026-11-22T10:00:00Z')

describe.each(WAYS)('Redis is $way', ({ away, back }) => {
  test('all processes together stay within the limit, and Redis learns of it', async () => {
    const { service, open } = await createWorld()
    const processes = [await open(), await open()]
    await haveMet(service)
    await away(service)
    for (const { limits } of processes) await limits.take('shuts the gate', 1, MINUTE)
    let passed = 0
    await expectQuick(async () => {
      for (let call = 0; call < 100; call++) passed += await takeOnce(processes[call % 2]!, 'token', 10)
    })
    expect(passed).toBe(10)

    await sleep(OUTAGE_MS)
    await back(service)
    await expect.poll(() => processes.every((parts) => parts.healthy()), SOON).toBe(true)
    // Whatever is back first: the window stays used up.
    const end = performance.now() + 2500
    while (performance.now() < end) {
      expect(await takeOnce(processes[0]!, 'token', 10)).toBe(0)
      expect(await takeOnce(processes[1]!, 'token', 10)).toBe(0)
      await sleep(20)
    }
    expect(await passOf(processes, 'token', 7, MINUTE + WINDOW_MS)).toBe(7)
  })

  test('a window that began with Redis goes on without it', async () => {
    const { service, open } = await createWorld()
    const processes = [await open(), await open()]
    await haveMet(service)
    for (let call = 0; call < 6; call++) expect(await takeOnce(processes[call % 2]!, 'token', 10)).toBe(1)
    await away(service)
    // Four are left, two for each; the one that heard last but one believes in five.
    expect(await passOf(processes, 'token', 10, MINUTE)).toBe(4)
    await sleep(OUTAGE_MS)
    await back(service)
    await expect.poll(() => processes.every((parts) => parts.healthy()), SOON).toBe(true)
    expect(await passOf(processes, 'token', 10, MINUTE)).toBe(0)
    let window = 0
    const passAnew = () => passOf(processes, 'token', 7, MINUTE + ++window * WINDOW_MS)
    // Three each would be their parts.
    await expect.poll(passAnew, SOON).toBe(7)
  })
})

test('a Redis that has lost its data is told what was counted before', async () => {
  const { service, open } = await createWorld()
  const processes = [await open(), await open()]
  for (let call = 0; call < 6; call++) expect(await takeOnce(processes[call % 2]!, 'token', 10)).toBe(1)
  await service.kill()
  await service.restart()
  await expect.poll(() => processes.every((parts) => parts.healthy()), SOON).toBe(true)
  expect(await passOf(processes, 'token', 10, MINUTE)).toBe(4)
})

test('a process that starts while Redis is away divides by what it was told', async () => {
  const { service } = await createWorld()
  await service.kill()
  const parts = redis(service.url, { processes: 4 })
  onTestFinished(() => parts.close())
  expect(await passOf([parts], 'token', 8, MINUTE)).toBe(2)
  expect(await passOf([parts], 'small', 3, MINUTE)).toBe(1)
  expect(await passOf([parts], 'nothing', 0, MINUTE)).toBe(0)
})

test('a master that has become a replica is as good as away', async () => {
  const { service, open } = await createWorld()
  const parts = await open({ processes: 2 })
  const client = new Redis(service.url)
  await client.replicaof('127.0.0.1', 1)
  expect((await parts.limits.take('token', 10, MINUTE)).allowed).toBe(true)
  expect(parts.healthy()).toBe(false)
  await expect(async () => parts.journal.append(eventOf('a'))).rejects.toThrow('away')
  await client.replicaof('NO', 'ONE')
  await expect.poll(() => parts.healthy(), SOON).toBe(true)
  await parts.journal.append(eventOf('a'))
  client.disconnect()
})

/** Waits until each process has counted them all: until all have said again that they are there. */
async function haveMet({ url }: Service): Promise<void> {
  const client = new Redis(url)
  const now = Number((await client.time())[0])
  const namesSince = () => client.zrangebyscore('lw:{processes}', now + 1, '+inf')
  const names = await client.zrange('lw:{processes}', '0', '-1')
  await expect.poll(async () => (await namesSince()).length, SOON).toBe(names.length)
  client.disconnect()
}

async function takeOnce({ limits }: RedisParts, key: string, limit: number, now = MINUTE): Promise<0 | 1> {
  return (await limits.take(key, limit, now)).allowed ? 1 : 0
}

/** How many of many calls pass. */
async function passOf(processes: readonly RedisParts[], key: string, limit: number, now: number): Promise<number> {
  let passed = 0
  for (let call = 0; call < 30; call++) passed += await takeOnce(processes[call % processes.length]!, key, limit, now)
  return passed
}
