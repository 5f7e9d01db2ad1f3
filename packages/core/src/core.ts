// Puts the slices together, in their order: the only file that knows them all.
import { type Accounts, createAccounts } from './accounts/accounts.ts'
import type { Caller } from './caller.ts'
import type { FoldSources } from './clicks/fold.ts'
import { createRecorder, type Recorder } from './clicks/recorder.ts'
import { createStats, type Stats } from './clicks/stats.ts'
import type { Clock, Random } from './clock.ts'
import { createCommit } from './commit.ts'
import { createDomains, type Domains } from './domains/domains.ts'
import type { Ids } from './ids.ts'
import { createLinks, type Links } from './links/links.ts'
import { type LinkPolicy, shortUrl } from './links/policy.ts'
import type { Plans } from './plan.ts'
import type { Limiter } from './quota/limiter.ts'
import type { CacheOptions } from './redirect/cache.ts'
import { type Preview, type PreviewInput, previewVisit } from './redirect/preview.ts'
import { createRedirect, type Redirect } from './redirect/resolve.ts'
import { createRules, type Rules } from './rules/rules.ts'
import { rescreen } from './screening/rescreen.ts'
import type { Screen, ScreeningPolicy } from './screening/screening.ts'
import type { Seal } from './seal.ts'
import { createKeys, type Keys } from './signing/keys.ts'
import type { Storage } from './storage.ts'
import type { KeyProfile } from './tokens/index.ts'
import { createTokens, type SlowHash, type Tokens } from './tokens/tokens.ts'

/** Everything core needs from outside. */
export interface CorePorts extends FoldSources {
  readonly storage: Storage
  readonly clock: Clock
  readonly ids: Ids
  readonly random: Random
  readonly limiter: Limiter
  readonly screen: Screen
  readonly screening: ScreeningPolicy
  readonly hashSlow: SlowHash
  readonly seal: Seal
  readonly plans: Plans
  readonly policy: LinkPolicy
  readonly profile: KeyProfile
  /** A secret that token hashes are keyed with, so that a stolen table alone cannot be searched. */
  readonly pepper: string | undefined
  readonly cache: CacheOptions
  /** What cookie names begin with. */
  readonly cookiePrefix: string
  /** Clicks kept in memory at most, until they are folded. */
  readonly clickCapacity: number
}

export interface Core {
  readonly storage: Storage
  readonly limiter: Limiter
  readonly clock: Clock
  readonly plans: Plans
  readonly seal: Seal
  readonly tokens: Tokens
  readonly keys: Keys
  readonly domains: Domains
  readonly links: Links
  readonly rules: Rules
  readonly stats: Stats
  readonly recorder: Recorder
  readonly redirect: Redirect
  readonly accounts: Accounts
  preview(caller: Caller, linkId: string, input: PreviewInput): Promise<Preview>
  /** Where a visitor finds a link. */
  shortUrl(slug: string, domainHost: string | null): string
  /** Screens again what could not be screened when it was written. @returns how many links got an answer */
  rescreen(): Promise<number>
}

/** Links screened again at once. */
const RESCREEN = 50

export function createCore(ports: CorePorts): Core {
  const { storage, clock, policy } = ports
  const sources = { agent: ports.agent, country: ports.country }
  const commit = createCommit(storage, (changes) => redirect.drop(changes))
  const isOwnHost = (host: string) => redirect.isOwnHost(host)

  const tokens = createTokens(ports)
  const keys = createKeys({ ...ports, commit })
  const domains = createDomains({ ...ports, commit, originHost: new URL(policy.origin).hostname })
  const settleClicks = () => recorder.flush()
  const links = createLinks({ ...ports, commit, isOwnHost, settleClicks })
  const rules = createRules({ ...ports, commit, isOwnHost })
  const recorder = createRecorder({ ...ports, store: storage.open.clicks, capacity: ports.clickCapacity })
  const redirectPorts = { ...ports, isOwnHost, openKey: keys.open, sources, recorder }
  const redirect: Redirect = createRedirect(redirectPorts)

  return {
    storage,
    limiter: ports.limiter,
    clock,
    plans: ports.plans,
    seal: ports.seal,
    tokens,
    keys,
    domains,
    links,
    rules,
    stats: createStats(ports),
    recorder,
    redirect,
    accounts: createAccounts(ports),
    preview: (caller, linkId, input) => previewVisit(redirectPorts, caller, linkId, input),
    shortUrl: (slug, domainHost) => shortUrl(policy, slug, domainHost),
    rescreen: () => rescreen(storage, commit, ports.screen, RESCREEN),
  }
}
