// The channel suite on the least that is a channel: processes that call each other.
import type { Change, Channel } from '@linkwright/core'
import { channelSuite } from './channel.ts'

type Listener = (changes: readonly Change[]) => void

channelSuite({
  name: 'calls',
  open: async () => {
    const processes: Set<Listener>[] = []
    const open = () => createChannel(processes)
    return { part: open(), openSecond: async () => open(), close: async () => {} }
  },
})

function createChannel(processes: Set<Listener>[]): Channel {
  const own = new Set<Listener>()
  processes.push(own)
  return {
    async publish(changes) {
      if (changes.length === 0) return
      for (const listeners of processes) if (listeners !== own) for (const listener of listeners) listener(changes)
    },
    watch(listener) {
      const mine: Listener = (changes) => listener(changes)
      own.add(mine)
      return { healthy: () => own.has(mine), stop: () => void own.delete(mine) }
    },
  }
}
