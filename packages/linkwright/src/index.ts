// The public names of linkwright: what most people import.
export type {
  AgentClass,
  CountrySource,
  MigrationReport,
  Owner,
  Plan,
  Plans,
  ReadAgent,
  Screen,
  Storage,
} from '@linkwright/core'
export { createStoreLimiter, LinkwrightError, PLANS, SCOPES } from '@linkwright/core'
export { KEY_PROFILES } from '@linkwright/core/tokens'
export {
  type Call,
  createListener,
  type Deprecation,
  type Handle,
  type Host,
  type HostIdentity,
  type Logger,
  type NodeOptions,
  type Page,
  type Reply,
  toNode,
} from '@linkwright/http'
export { memory } from '@linkwright/storage-memory'
export type { Facade } from './as.ts'
export { BRANDS, type Brand, type BrandName } from './brand.ts'
export { type Linkwright, linkwright } from './linkwright.ts'
export type { AsOptions, LinkwrightOptions, OwnerLike } from './options.ts'
export {
  type AgentOptions,
  type Argon2Options,
  allOf,
  argon2id,
  type BlocklistOptions,
  blocklist,
  countryFromMmdb,
  createAgent,
  type SafeBrowsingOptions,
  safeBrowsing,
} from './ports/index.ts'
export { type SpoolOptions, spool } from './spool/index.ts'
