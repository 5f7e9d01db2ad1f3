// Calls counted in windows of a minute.
import type { WindowStore } from '@linkwright/core'
import type { Space } from './space.ts'
import { keyOf } from './tables.ts'

export function createWindowStore({ write }: Space): WindowStore {
  return {
    take: (key, window, limit) =>
      write(({ windows }) => {
        const id = keyOf(key, window)
        const used = (windows.get(id)?.used ?? 0) + 1
        if (used > limit) return null
        windows.set(id, { window, used })
        return used
      }),
  }
}
