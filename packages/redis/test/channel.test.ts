// The channel while Redis is away: it knows that it is deaf, and makes up for it.
import type { Change } from '@linkwright/core'
import { describe, expect, test } from 'vitest'
import { createWorld, expectQuick, SOON, WAYS } from './world.ts'

const LINK: Change = { kind: 'link', domainId: null, slug: 'promo' }

describe.each(WAYS)('Redis is $way', ({ away, back }) => {
  test('a watch is not healthy, then hears of everything, then of what is new', async () => {
    const { service, open } = await createWorld()
    const [one, other] = [await open(), await open()]
    const heard: Change[] = []
    const watch = one.channel.watch((changes) => void heard.push(...changes))
    const otherWatch = other.channel.watch(() => {})
    await expect.poll(() => watch.healthy() && otherWatch.healthy(), SOON).toBe(true)
    heard.length = 0

    await away(service)
    await expect.poll(() => watch.healthy(), SOON).toBe(false)
    expect(one.healthy()).toBe(false)
    await expectQuick(async () => {
      for (let at = 0; at < 100; at++) await other.channel.publish([LINK])
    })

    await back(service)
    await expect.poll(() => watch.healthy() && otherWatch.healthy(), SOON).toBe(true)
    expect(heard[0]).toEqual({ kind: 'all' })
    heard.length = 0
    await other.channel.publish([LINK])
    await expect.poll(() => heard, SOON).toContainEqual(LINK)
    watch.stop()
    otherWatch.stop()
  })
})

test('who could not publish makes up for it, also for those who never were deaf', async () => {
  const { open } = await createWorld()
  const hearing = await open()
  const heard: Change[] = []
  const watch = hearing.channel.watch((changes) => void heard.push(...changes))
  await expect.poll(() => watch.healthy(), SOON).toBe(true)
  heard.length = 0
  // It has no connection yet, and so cannot say it.
  const late = await open()
  await late.channel.publish([LINK])
  await expect.poll(() => heard, SOON).toEqual([{ kind: 'all' }])
})

test('a crowd of changes is told as everything', async () => {
  const { open } = await createWorld()
  const [one, other] = [await open(), await open()]
  const heard: Change[] = []
  const watch = one.channel.watch((changes) => void heard.push(...changes))
  await expect.poll(() => watch.healthy(), SOON).toBe(true)
  heard.length = 0
  await other.channel.publish(Array.from({ length: 5000 }, () => LINK))
  await expect.poll(() => heard, SOON).toEqual([{ kind: 'all' }])
})
