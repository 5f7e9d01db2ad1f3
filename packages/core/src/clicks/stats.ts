// What a caller may learn about a link's clicks.
import type { Caller } from '../caller.ts'
import type { Clock } from '../clock.ts'
import { found, invalid } from '../errors.ts'
import type { Storage } from '../storage.ts'
import type { StatsRow } from './store.ts'

export interface Stats {
  /** Counts by whole hours; from the link's creation and up to now unless said otherwise (ms). */
  read(caller: Caller, linkId: string, from: number | undefined, to: number | undefined): Promise<StatsRow>
}

export function createStats({ storage, clock }: { readonly storage: Storage; readonly clock: Clock }): Stats {
  return {
    async read(caller, linkId, from, to) {
      if (from !== undefined && to !== undefined && from > to) throw invalid('from', 'must not be later than to')
      const owned = storage.of(caller.owner)
      const link = found(await owned.links.get(linkId))
      return owned.stats.read(linkId, from ?? link.createdAt, to ?? clock())
    },
  }
}
