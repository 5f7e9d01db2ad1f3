// The channel suite: what every way must do that brings news from one process to all others.
import type { Change, Channel, Watch } from '@linkwright/core'
import { expect, onTestFinished } from 'vitest'
import { type PartCandidate, registerPart } from './part.ts'

const LINK: Change = { kind: 'link', domainId: null, slug: 'promo' }
const DOMAIN: Change = { kind: 'domain', host: 'go.example.com' }
const KEYS: Change = { kind: 'keys', ownerId: 'owner' }

/** Time for a connection, on a busy machine too. */
const SOON = { timeout: 20_000, interval: 10 }

/** Registers the suite with vitest; call it at the top of a test file. */
export function channelSuite(candidate: PartCandidate<Channel>): void {
  registerPart('channel', candidate, {
    'another process hears what is published, in order': async (channel, openSecond) => {
      const { heard } = await listen(await openSecond())
      await listen(channel)
      await channel.publish([LINK, DOMAIN])
      await channel.publish([KEYS])
      await expect.poll(() => heard, SOON).toEqual([LINK, DOMAIN, KEYS])
    },

    'all listeners hear it': async (channel, openSecond) => {
      const second = await openSecond()
      const [one, other] = [await listen(second), await listen(second)]
      await listen(channel)
      await channel.publish([{ kind: 'all' }])
      await expect.poll(() => [one.heard, other.heard], SOON).toEqual([[{ kind: 'all' }], [{ kind: 'all' }]])
    },

    'who has stopped listening hears nothing more, and is not healthy': async (channel, openSecond) => {
      const second = await openSecond()
      const [gone, still] = [await listen(second), await listen(second)]
      await listen(channel)
      gone.watch.stop()
      gone.watch.stop()
      expect(gone.watch.healthy()).toBe(false)
      await channel.publish([LINK])
      await expect.poll(() => still.heard, SOON).toEqual([LINK])
      expect(gone.heard).toEqual([])
    },

    'nothing to say is not said': async (channel, openSecond) => {
      const { heard } = await listen(await openSecond())
      await listen(channel)
      await channel.publish([])
      await channel.publish([LINK])
      await expect.poll(() => heard, SOON).toEqual([LINK])
    },

    'what is published before there is a connection is made up for': async (channel, openSecond) => {
      const { heard } = await listen(await openSecond())
      await channel.publish([LINK])
      await expect.poll(() => heard.length, SOON).toBeGreaterThan(0)
      expect([LINK, { kind: 'all' }]).toContainEqual(heard[0])
    },
  })
}

/** Listens, and waits until it hears. What it heard of the beginning is put aside. */
async function listen(channel: Channel): Promise<{ readonly heard: Change[]; readonly watch: Watch }> {
  const heard: Change[] = []
  const watch = channel.watch((changes) => void heard.push(...changes))
  onTestFinished(() => watch.stop())
  await expect.poll(() => watch.healthy(), SOON).toBe(true)
  heard.length = 0
  return { heard, watch }
}
