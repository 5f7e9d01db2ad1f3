// The public names of @linkwright/core.
export type { Project, User } from './accounts/account.ts'
export type { Accounts } from './accounts/accounts.ts'
export type { Erasure, VisitorErased } from './accounts/erasure.ts'
export type { Directory, EraseStore, Estate, RowCounts } from './accounts/store.ts'
export { type Actor, type Caller, isScope, type Owner, SCOPES, type Scope } from './caller.ts'
export type { Change, Channel, Watch } from './channel.ts'
export {
  type Click,
  type ClickEvent,
  DIMENSIONS,
  type Dimension,
  isPerson,
  type Orphan,
  type Outcome,
} from './clicks/click.ts'
export { createMemoryJournal, type FoldBatch, type Journal, withFallback } from './clicks/journal.ts'
export type { Recorder, RecorderCounts } from './clicks/recorder.ts'
export type { Stats } from './clicks/stats.ts'
export type {
  ClickStore,
  Count,
  Discrepancy,
  RecountListener,
  RecountReport,
  RecountSpan,
  RecountStore,
  StatsRow,
  StatsStore,
} from './clicks/store.ts'
export { type AgentClass, type CountrySource, countryCode, type ReadAgent } from './clicks/visitor.ts'
export type { Clock, MaybePromise, Random } from './clock.ts'
export type { Collection, Ref } from './collection.ts'
export type { Finish } from './commit.ts'
export { type Core, type CorePorts, createCore } from './core.ts'
export { type Domain, normalizeHost, parseDomainHost } from './domains/domain.ts'
export type { Domains } from './domains/domains.ts'
export type { DomainStore, OpenDomains } from './domains/store.ts'
export { ERRORS, type ErrorCode, found, type Issue, invalid, LinkwrightError } from './errors.ts'
export { IDEMPOTENCY_TTL_MS, ownerScope } from './idempotency/idempotency.ts'
export type { IdempotencyRecord, IdempotencyStore } from './idempotency/store.ts'
export { createIds, firstIdAt, type Ids, isId } from './ids.ts'
export { destination, instant, type LinkChange, linkChange, type NewLink, newLink } from './links/input.ts'
export type { Link, LinkFilter, LinkPatch, LinkRow } from './links/link.ts'
export type { Links, LinkView } from './links/links.ts'
export { type LinkPolicy, shortUrl } from './links/policy.ts'
export { createReserved, type IsReserved, RESERVED_WORDS, SLUG } from './links/slug.ts'
export { type LinkStore, type NewLinkRow, type OpenLinks, SlugTaken } from './links/store.ts'
export { type Page, type PageRequest, toPage } from './page.ts'
export { parse } from './parse.ts'
export { hasApi, PLANS, type Plan, type Plans } from './plan.ts'
export { createMemoryLimiter, type Limiter, type Verdict, verdict, WINDOW_MS } from './quota/limiter.ts'
export { METERS, type Meter, monthOf } from './quota/quota.ts'
export type { UsageStore, WindowStore } from './quota/store.ts'
export { createStoreLimiter } from './quota/store-limiter.ts'
export { CACHE_DEFAULTS, type CacheOptions } from './redirect/cache.ts'
export type { CompiledLink } from './redirect/compiled.ts'
export { type FactSources, SEEN_COOKIE } from './redirect/facts.ts'
export { type Preview, type PreviewInput, previewInput } from './redirect/preview.ts'
export type { Redirect } from './redirect/resolve.ts'
export type { Found, SharedCache, Snapshot, SnapshotStore } from './redirect/store.ts'
export { type Decision, STATUS, type Visit } from './redirect/visit.ts'
export { type NewRule, newRule, type RuleChange, ruleChange } from './rules/input.ts'
export type { Rule, RuleCondition, RulePatch } from './rules/rule.ts'
export type { Rules } from './rules/rules.ts'
export type { RuleStore } from './rules/store.ts'
export type { Reputation, Screen, ScreeningPolicy } from './screening/screening.ts'
export { createSeal, type Seal } from './seal.ts'
export type { Keys, KeyView, SignedUrl } from './signing/keys.ts'
export type { KeyStore, OpenKeys, SigningKey } from './signing/store.ts'
export type { MigrationReport, OpenStorage, OperatorStorage, OwnedStorage, Storage } from './storage.ts'
export type { OpenTokens, TokenStore } from './tokens/store.ts'
export { isActive, type Token, type TokenOnFile, type TokenSecret } from './tokens/token.ts'
export type { MintedToken, NewToken, SlowHash, Tokens } from './tokens/tokens.ts'
