// `@linkwright/storage-memory`: the storage port in Maps, for quick starts and as the model that others are tested on.
import type { Storage } from '@linkwright/core'
import { createClickStore } from './clicks.ts'
import { createDirectory } from './directory.ts'
import { createDomainStore, createOpenDomains } from './domains.ts'
import { createEraseStore } from './erase.ts'
import { createIdempotencyStore } from './idempotency.ts'
import { createKeyStore, createOpenKeys } from './keys.ts'
import { createLinkStore, createOpenLinks } from './links.ts'
import { createRecountStore } from './recount.ts'
import { createRuleStore } from './rules.ts'
import { createSnapshotStore } from './snapshots.ts'
import { createSpace, type Space } from './space.ts'
import { createStatsStore } from './stats.ts'
import { sweep } from './sweep.ts'
import { createTables } from './tables.ts'
import { createOpenTokens, createTokenStore } from './tokens.ts'
import { createUsageStore } from './usage.ts'
import { createWindowStore } from './windows.ts'

/**
 * A storage that lives as long as the process. Writes wait for each other and commit whole or not at all; reads see
 * what is committed and never wait.
 */
export function memory(): Storage {
  return storageOver(createSpace(createTables()))
}

function storageOver(space: Space): Storage {
  return {
    of: (owner) => ({
      links: createLinkStore(space, owner),
      rules: createRuleStore(space, owner),
      domains: createDomainStore(space, owner),
      tokens: createTokenStore(space, owner),
      keys: createKeyStore(space, owner),
      usage: createUsageStore(space, owner),
      stats: createStatsStore(space, owner),
    }),
    open: {
      tokens: createOpenTokens(space),
      domains: createOpenDomains(space),
      links: createOpenLinks(space),
      keys: createOpenKeys(space),
      snapshots: createSnapshotStore(space),
      clicks: createClickStore(space),
      idempotency: createIdempotencyStore(space),
      windows: createWindowStore(space),
      // No other process has cached anything of this one's memory.
      announce: async () => {},
      sweep: (now) => space.write((draft) => sweep(draft, now)),
    },
    directory: createDirectory(space),
    operator: { recount: createRecountStore(space), erase: createEraseStore(space) },
    transaction: (work) =>
      space.write(async (draft) => {
        const inner = createSpace(draft)
        try {
          return await work(storageOver(inner))
        } finally {
          inner.end()
        }
      }),
    migrate: async () => ({ applied: [] }),
    ready: async () => 'current',
    watch: () => ({ healthy: () => true, stop() {} }),
    close: async () => {},
  }
}
