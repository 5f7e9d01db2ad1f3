// The storage port: everything Linkwright keeps, owned rows reachable only through their owner.
import type { Directory, EraseStore } from './accounts/store.ts'
import type { Owner } from './caller.ts'
import type { Change, Watch } from './channel.ts'
import type { ClickStore, RecountStore, StatsStore } from './clicks/store.ts'
import type { DomainStore, OpenDomains } from './domains/store.ts'
import type { IdempotencyStore } from './idempotency/store.ts'
import type { LinkStore, OpenLinks } from './links/store.ts'
import type { UsageStore, WindowStore } from './quota/store.ts'
import type { SnapshotStore } from './redirect/store.ts'
import type { RuleStore } from './rules/store.ts'
import type { KeyStore, OpenKeys } from './signing/store.ts'
import type { OpenTokens, TokenStore } from './tokens/store.ts'

/** Rows of one owner. There is no other way to them. */
export interface OwnedStorage {
  readonly links: LinkStore
  readonly rules: RuleStore
  readonly domains: DomainStore
  readonly tokens: TokenStore
  readonly keys: KeyStore
  readonly usage: UsageStore
  readonly stats: StatsStore
}

/** What is asked before an owner is known, or for nobody in particular. */
export interface OpenStorage {
  readonly tokens: OpenTokens
  readonly domains: OpenDomains
  readonly links: OpenLinks
  readonly keys: OpenKeys
  readonly snapshots: SnapshotStore
  readonly clicks: ClickStore
  readonly idempotency: IdempotencyStore
  readonly windows: WindowStore
  /** Tells every process, on commit, that what it has cached of this is no longer true. */
  announce(change: Change): Promise<void>
  /**
   * Looks at a bounded number of rows, and removes those that have outlived their use.
   * @param clickRetentionMs how long raw clicks are kept; statistics stay. Default: for ever (Infinity)
   * @returns how much it did; 0 when nothing is left for now
   */
  sweep(now: number, clickRetentionMs?: number): Promise<number>
}

/** What only those who run Linkwright do, over the rows of everybody. */
export interface OperatorStorage {
  readonly recount: RecountStore
  readonly erase: EraseStore
}

export interface MigrationReport {
  /** Names of the migrations that this call ran, oldest first. */
  readonly applied: readonly string[]
}

export interface Storage {
  of(owner: Owner): OwnedStorage
  readonly open: OpenStorage
  /** People and their projects; the command line's door, and a host's when it names a new owner. */
  readonly directory: Directory
  /** Recounting and erasing: the command line alone goes through it. */
  readonly operator: OperatorStorage
  /** A folder on this machine's disk beside the data, for clicks that wait to be folded; undefined where there is none. */
  readonly spoolFolder?: string | undefined
  /**
   * Runs the work in one transaction. The inner storage is the one to use inside; the outer one would wait for ever
   * on engines with a single writer. Nothing slow belongs inside.
   */
  transaction<T>(work: (storage: Storage) => Promise<T>): Promise<T>
  /** Brings the schema up to date, under a lock of its own; safe to run in many processes at once. */
  migrate(): Promise<MigrationReport>
  /** Whether the schema is what this version needs. */
  ready(): Promise<'current' | 'behind' | 'ahead' | 'empty'>
  /** Reports changes that other processes committed, within 200 ms; `{ kind: 'all' }` after it could not hear. */
  watch(listener: (changes: readonly Change[]) => void): Watch
  close(): Promise<void>
}
