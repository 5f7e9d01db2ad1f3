// The click stream while Redis is away, when its data is lost, and when a process ends in the middle of its work.
import type { Journal } from '@linkwright/core'
import { Redis } from 'ioredis'
import { describe, expect, onTestFinished, test } from 'vitest'
import { appends, createWorld, eventOf, expectQuick, SOON, WAYS } from './world.ts'

const STREAM = 'lw:{clicks:0}'

describe.each(WAYS)('Redis is $way', ({ away, back }) => {
  test('what cannot be kept is refused, nothing is to be drained, and then it goes on', async () => {
    const { service, open } = await createWorld({ appendonly: true })
    const { journal } = await open()
    await journal.append(eventOf('kept'))
    await away(service)
    await expectQuick(async () => {
      for (let at = 0; at < 100; at++) await expect(journal.append(eventOf(`refused-${at}`))).rejects.toThrow('away')
      for (let at = 0; at < 100; at++) expect(await journal.drain(10, noFold)).toBe(0)
    })
    await back(service)
    const later = () => appends(journal, 'later')
    await expect.poll(later, SOON).toBe(true)
    const ids = await drainIds(journal)
    expect(ids).toContain('kept')
    expect(ids).toContain('later')
    expect(journal.pending).toBe(0)
  })

  test('what was folded while it went away is not folded again', async () => {
    const { service, open } = await createWorld({ appendonly: true })
    const { journal } = await open()
    await journal.append(eventOf('a'))
    expect(await journal.drain(10, () => away(service))).toBe(1)
    await back(service)
    await expect.poll(() => appends(journal, 'b'), SOON).toBe(true)
    expect(await drainIds(journal)).not.toContain('a')
    expect(journal.pending).toBe(0)
  })
})

test('a Redis that has lost its data gets a new group', async () => {
  const { service, open } = await createWorld()
  const parts = await open()
  await parts.journal.append(eventOf('lost'))
  await service.kill()
  await service.restart()
  await expect.poll(() => appends(parts.journal, 'new'), SOON).toBe(true)
  expect(await drainIds(parts.journal)).toEqual(['new'])
})

test('a Redis that is full keeps nothing more, and can be emptied', async () => {
  const { service, open } = await createWorld()
  const { journal, limits } = await open()
  const operator = new Redis(service.url)
  onTestFinished(() => operator.disconnect())
  for (const id of ['a', 'b']) await journal.append(eventOf(id))
  await operator.config('SET', 'maxmemory', '1')
  await expect(journal.append(eventOf('c'))).rejects.toThrow('OOM')
  expect((await limits.take('key', 1, 0)).allowed).toBe(true)
  expect(await drainIds(journal)).toEqual(['a', 'b'])
  await operator.config('SET', 'maxmemory', '0')
  await journal.append(eventOf('d'))
  expect(await drainIds(journal)).toEqual(['d'])
})

test('another process takes over what one has taken and not finished, and the dead one is removed', async () => {
  const { service, open } = await createWorld()
  const [dead, alive] = [await open(), await open({ idleMs: 100 })]
  const client = new Redis(service.url)
  onTestFinished(() => client.disconnect())
  await dead.journal.append(eventOf('a'))
  await expect(dead.journal.drain(10, () => Promise.reject(new Error('killed here')))).rejects.toThrow('killed here')
  const ids: string[] = []
  const drain = () => alive.journal.drain(10, async (events) => void ids.push(...events.map(({ id }) => id)))
  await expect.poll(() => drain().then(() => ids), SOON).toEqual(['a'])
  const consumers = async () => {
    await drain()
    return ((await client.xinfo('CONSUMERS', STREAM, 'fold')) as unknown[]).length
  }
  await expect.poll(consumers, SOON).toBe(1)
  expect(ids).toEqual(['a'])
})

test('a full stream refuses what is new, and loses nothing that is old', async () => {
  const { open } = await createWorld()
  const { journal } = await open({ streamEntries: 3 })
  for (const id of ['a', 'b', 'c']) await journal.append(eventOf(id))
  await expect(journal.append(eventOf('d'))).rejects.toThrow('the stream of clicks in Redis is full: 3 entries wait')
  expect(await drainIds(journal)).toEqual(['a', 'b', 'c'])
  await journal.append(eventOf('e'))
  expect(await drainIds(journal)).toEqual(['e'])
})

test('what is not ours in the stream holds up nothing', async () => {
  const { service, open } = await createWorld()
  const { journal } = await open()
  const client = new Redis(service.url)
  onTestFinished(() => client.disconnect())
  await client.xadd(STREAM, '*', 'events', 'not JSON')
  await client.xadd(STREAM, '*', 'odd', '1')
  await journal.append(eventOf('a'))
  expect(await drainIds(journal)).toEqual(['a'])
})

test('the events of one tick are one entry', async () => {
  const { service, open } = await createWorld()
  const { journal } = await open()
  const client = new Redis(service.url)
  onTestFinished(() => client.disconnect())
  await Promise.all(Array.from({ length: 50 }, (_, at) => journal.append(eventOf(String(at)))))
  expect(await client.xlen(STREAM)).toBe(1)
  expect(await drainIds(journal)).toHaveLength(50)
  expect(await client.xlen(STREAM)).toBe(0)
  expect(await client.pttl(STREAM)).toBeGreaterThan(0)
})

test('closing writes what was appended in this tick, and then nothing is taken any more', async () => {
  const { open } = await createWorld()
  const [one, other] = [await open(), await open()]
  const appended = one.journal.append(eventOf('a'))
  await one.close()
  await appended
  expect(() => one.journal.append(eventOf('b'))).toThrow('the click stream is closed')
  expect(await drainIds(other.journal)).toEqual(['a'])
})

async function drainIds(journal: Journal): Promise<string[]> {
  const ids: string[] = []
  while ((await journal.drain(10, async (events) => void ids.push(...events.map(({ id }) => id)))) > 0);
  return ids
}

async function noFold(): Promise<void> {
  throw new Error('must not be called')
}
