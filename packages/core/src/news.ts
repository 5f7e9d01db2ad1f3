// What this process tells others of its writes, and whether it hears of theirs.
import type { Change, Channel, Watch } from './channel.ts'
import type { Clock } from './clock.ts'
import type { Storage } from './storage.ts'

export interface News {
  /** Begins to listen. @returns a function that ends it */
  listen(listener: (changes: readonly Change[]) => void): () => void
  /** Since when nothing is heard of other processes (ms); null while something is, and before listening began. */
  deafSince(): number | null
}

/** One healthy way is enough: each of them brings all changes. */
export function createNews(storage: Storage, channel: Channel | undefined, clock: Clock): News {
  const watches = new Set<Watch>()
  let since: number | null = null
  return {
    listen(listener) {
      const first = storage.watch(listener)
      // Storage brings all changes: while it was heard, what the channel missed is known.
      const beside = (changes: readonly Change[]) => {
        const news = first.healthy() ? changes.filter(({ kind }) => kind !== 'all') : changes
        if (news.length > 0) listener(news)
      }
      const started = [first, ...(channel === undefined ? [] : [channel.watch(beside)])]
      for (const watch of started) watches.add(watch)
      return () => {
        for (const watch of started) {
          watch.stop()
          watches.delete(watch)
        }
      }
    },

    deafSince() {
      if (watches.size === 0 || anyHealthy(watches)) since = null
      else since ??= clock()
      return since
    },
  }
}

function anyHealthy(watches: ReadonlySet<Watch>): boolean {
  for (const watch of watches) if (watch.healthy()) return true
  return false
}
