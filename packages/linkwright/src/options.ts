// What a host says when it embeds Linkwright. Only `origin` and `storage` are needed.
import type {
  CacheOptions,
  Channel,
  Clock,
  CountrySource,
  Journal,
  Limiter,
  Owner,
  Plan,
  Plans,
  Random,
  ReadAgent,
  Screen,
  SharedCache,
  Storage,
} from '@linkwright/core'
import type { KeyProfile } from '@linkwright/core/tokens'
import type { Deprecation, Host, Logger, Page } from '@linkwright/http'
import type { Brand, BrandName } from './brand.ts'

export interface LinkwrightOptions {
  /** Where links without a domain live: scheme, host and port, nothing else (`https://go.acme.com`). */
  readonly origin: string
  readonly storage: Storage
  /** The application's own users and plans. Without it, only tokens made here are known. */
  readonly host?: Host
  /** Seals signing keys and kept secrets at rest; at least 32 bytes. Required when NODE_ENV is `production`. */
  readonly secret?: string
  /** Plans by name, for users that Linkwright keeps and for `as(owner, { plan: 'name' })`. */
  readonly plans?: Plans
  /** Where the API is mounted. Default `/api/v1`. */
  readonly apiBase?: string
  /** The path before the slug, where redirects are mounted. Default none. */
  readonly linkBase?: string
  /** First path segments of the host's own routes on the same origin: never slugs. */
  readonly reserved?: readonly string[]
  /** Allows destinations on private hosts. Default false. */
  readonly allowPrivateHosts?: boolean
  /** Serves links without a domain on the origin's host alone, not on every host without a domain of its own. */
  readonly onlyOwnHosts?: boolean
  /** Days for which a deleted slug is kept from others. Default 30. */
  readonly tombstoneDays?: number
  /** Asks about destinations before they are stored. Default: everything is clear. */
  readonly screen?: Screen
  /** What happens while `screen` cannot answer. Default `accept`: the link is made and screened again later. */
  readonly whenScreeningFails?: 'accept' | 'refuse'
  /** A visitor's country. Default: unknown. */
  readonly country?: Partial<CountrySource>
  readonly agent?: ReadAgent
  /** Rate limits. Default: counted in this process; `createStoreLimiter` and Redis count for all processes. */
  readonly limits?: Limiter
  /** News of changes between processes, beside what the storage brings by itself. */
  readonly channel?: Channel
  /** A cache of links that processes share, in front of storage. */
  readonly sharedCache?: SharedCache
  readonly brand?: BrandName | Partial<Brand>
  /** The form of tokens. Default: the brand's prefix, 32 random bytes in base62, and a checksum. */
  readonly keyProfile?: KeyProfile
  /** Keys the hashes of tokens, so that a stolen table alone cannot be searched. Changing it ends all tokens. */
  readonly tokenPepper?: string
  readonly cache?: Partial<CacheOptions>
  /**
   * Folder on this machine's disk where clicks are kept until they are folded, so that a crash loses none. Default:
   * beside the SQLite file. `false` keeps them in memory: faster, and a crash loses those of the last half second.
   */
  readonly spool?: string | false
  /** Keeps waiting clicks elsewhere instead, such as in a Redis stream. */
  readonly journal?: Journal
  /** Clicks kept in memory at most, where nothing else can keep them. Default 100,000. */
  readonly clickCapacity?: number
  /** Days after which raw clicks are removed; statistics stay. Default: never. */
  readonly clickRetentionDays?: number
  /** Announces the end of this version of the API on every reply. */
  readonly deprecated?: Deprecation
  /** The page for a visit that ends without a redirect. */
  readonly page?: Page
  /** The Content-Security-Policy of those pages; needed where a page of your own loads anything. */
  readonly contentSecurityPolicy?: string
  /** Other origins whose pages may call the API with the host's cookie. */
  readonly origins?: readonly string[]
  /** Whether an unknown slug is answered here (404). Default false: the host's own routes go on. */
  readonly standalone?: boolean
  readonly logger?: Logger
  readonly clock?: Clock
  readonly random?: Random
}

/** How a host's own code acts: for whom, with which rights. */
export interface AsOptions {
  /** A plan, or the name of one. Default: what `host.plan` says, else `premium`. */
  readonly plan?: Plan | string
  /** Default: all. */
  readonly scopes?: readonly string[]
  /** Who is noted as acting. Default: the owner. */
  readonly actor?: string
}

/** A project's id, or a project with the subject that plans and quotas count on (default: the project itself). */
export type OwnerLike = string | Owner
