// The storage port over any engine.
import type { Change, OpenStorage, OwnedStorage, Owner, Storage, Watch } from '@linkwright/core'
import { announce } from './changes.ts'
import { clickStore } from './clicks.ts'
import { atomically, type Connection } from './connection.ts'
import { directory } from './directory.ts'
import { domainStore } from './domains.ts'
import { keyStore } from './keys.ts'
import { linkStore } from './links.ts'
import { compare, migrate } from './migrations/migrate.ts'
import { idempotencyStore, openDomains, openKeys, openLinks, openTokens } from './open.ts'
import { operatorStorage } from './operator.ts'
import { ruleStore } from './rules.ts'
import { Scope } from './scope.ts'
import { snapshotStore } from './snapshots.ts'
import { statsStore } from './stats.ts'
import { sweep } from './sweep.ts'
import { tokenStore } from './tokens.ts'
import { usageStore } from './usage.ts'
import { windowStore } from './windows.ts'

/** What an engine brings besides its connection. */
export interface Door {
  /** Where clicks may wait on disk beside the data. */
  readonly spoolFolder?: string | undefined
  watch(listener: (changes: readonly Change[]) => void): Watch
  close(): Promise<void>
}

/** A `transaction` inside one is a savepoint: if it fails and the error is caught, the outer one goes on. */
export function sqlStorage(connection: Connection, door: Door): Storage {
  return {
    of: (owner) => owned(connection, owner),
    open: open(connection),
    directory: directory(connection),
    operator: operatorStorage(connection),
    transaction: (work) => atomically(connection, (inner) => work(sqlStorage(inner, door))),
    migrate: async () => ({ applied: await migrate(connection.db, connection.engine) }),
    ready: () => compare(connection.db, connection.engine),
    spoolFolder: door.spoolFolder,
    watch: (listener) => door.watch(listener),
    close: () => door.close(),
  }
}

function owned(connection: Connection, owner: Owner): OwnedStorage {
  const scope = new Scope(connection, owner, 'owner_id')
  return {
    links: linkStore(scope),
    rules: ruleStore(scope),
    domains: domainStore(scope.ofSubject()),
    tokens: tokenStore(scope),
    keys: keyStore(scope),
    usage: usageStore(scope.ofSubject()),
    stats: statsStore(scope),
  }
}

function open(connection: Connection): OpenStorage {
  return {
    tokens: openTokens(connection),
    domains: openDomains(connection),
    links: openLinks(connection),
    keys: openKeys(connection),
    snapshots: snapshotStore(connection),
    clicks: clickStore(connection),
    idempotency: idempotencyStore(connection),
    windows: windowStore(connection),
    announce: (change) => announce(connection, change),
    sweep: (now, clickRetentionMs) => sweep(connection, now, clickRetentionMs),
  }
}
