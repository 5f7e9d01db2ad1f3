// Puts the slices together, in their order: the only file that knows them all.
import { type Accounts, createAccounts } from './accounts/accounts.ts'
import { createErasure, type Erasure } from './accounts/erasure.ts'
import type { Caller } from './caller.ts'
import type { Change, Channel } from './channel.ts'
import type { Journal } from './clicks/journal.ts'
import { createRecorder, type Recorder } from './clicks/recorder.ts'
import { createStats, type Stats } from './clicks/stats.ts'
import type { CountrySource, ReadAgent } from './clicks/visitor.ts'
import type { Clock, Random } from './clock.ts'
import { createCommit } from './commit.ts'
import { createDomains, type Domains } from './domains/domains.ts'
import type { Ids } from './ids.ts'
import { createLinks, type Links } from './links/links.ts'
import { type LinkPolicy, shortUrl } from './links/policy.ts'
import { createNews } from './news.ts'
import type { Plans } from './plan.ts'
import type { Limiter } from './quota/limiter.ts'
import type { CacheOptions } from './redirect/cache.ts'
import { type Preview, type PreviewInput, previewVisit } from './redirect/preview.ts'
import { sharedKey } from './redirect/read-through.ts'
import { createRedirect, type Redirect } from './redirect/resolve.ts'
import type { SharedCache } from './redirect/store.ts'
import { createRules, type Rules } from './rules/rules.ts'
import { rescreen } from './screening/rescreen.ts'
import type { Screen, ScreeningPolicy } from './screening/screening.ts'
import type { Seal } from './seal.ts'
import { createKeys, type Keys } from './signing/keys.ts'
import type { Storage } from './storage.ts'
import type { KeyProfile } from './tokens/index.ts'
import { createTokens, type SlowHash, type Tokens } from './tokens/tokens.ts'

/** Everything core needs from outside. */
export interface CorePorts {
  readonly storage: Storage
  readonly agent: ReadAgent
  readonly country: CountrySource
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
  /** Where clicks wait until they are folded. */
  readonly journal: Journal
  /** News between processes, beside what the storage brings. */
  readonly channel?: Channel | undefined
  readonly sharedCache?: SharedCache | undefined
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
  readonly erasure: Erasure
  preview(caller: Caller, linkId: string, input: PreviewInput): Promise<Preview>
  /** Where a visitor finds a link. */
  shortUrl(slug: string, domainHost: string | null): string
  /** Screens again what could not be screened when it was written. @returns how many links got an answer */
  rescreen(): Promise<number>
  /** Hears from now on of what other processes change. @returns a function that ends it */
  listen(): () => void
  /** Since when nothing is heard of other processes (ms); null while it is. */
  deafSince(): number | null
}

/** Links screened again at once. */
const RESCREEN = 50

export function createCore(ports: CorePorts): Core {
  const { storage, clock, policy } = ports
  const sources = { agent: ports.agent, country: ports.country }
  const news = createNews(storage, ports.channel, clock)
  const commit = createCommit(storage, settle)
  const isOwnHost = (host: string) => redirect.isOwnHost(host)

  const tokens = createTokens(ports)
  const keys = createKeys({ ...ports, commit })
  const domains = createDomains({ ...ports, commit, originHost: new URL(policy.origin).hostname })
  const settleClicks = () => recorder.flush()
  const links = createLinks({ ...ports, commit, isOwnHost, settleClicks })
  const rules = createRules({ ...ports, commit, isOwnHost })
  const recorder = createRecorder({ ...ports, store: storage.open.clicks })
  const redirectPorts = { ...ports, isOwnHost, openKey: keys.open, sources, recorder, deafSince: news.deafSince }
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
    erasure: createErasure({ storage, clock, commit }),
    preview: (caller, linkId, input) => previewVisit(redirectPorts, caller, linkId, input),
    shortUrl: (slug, domainHost) => shortUrl(policy, slug, domainHost),
    rescreen: () => rescreen(storage, commit, ports.screen, RESCREEN),
    listen: () => news.listen((changes) => redirect.drop(changes)),
    deafSince: news.deafSince,
  }

  /** First this process, then what others would fill their caches from, then the others. */
  async function settle(changes: readonly Change[]): Promise<void> {
    redirect.drop(changes)
    const links = changes.filter((change) => change.kind === 'link')
    if (links.length > 0) await ports.sharedCache?.drop(links.map(({ domainId, slug }) => sharedKey(domainId, slug)))
    await ports.channel?.publish(changes)
  }
}
