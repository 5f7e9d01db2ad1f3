// From a visit to its decision: host, slug, cache or one reading, the decision, the claims, and the click's record.

import type { Change } from '../channel.ts'
import type { Recorder } from '../clicks/recorder.ts'
import type { Clock, MaybePromise } from '../clock.ts'
import { type Domain, normalizeHost } from '../domains/domain.ts'
import { slugKey } from '../links/slug.ts'
import type { Storage } from '../storage.ts'
import { Cache, type CacheOptions, type DeafSince } from './cache.ts'
import { type CompiledLink, type CompilePorts, compileLink } from './compiled.ts'
import { decide, stop } from './decide.ts'
import { type FactSources, VisitFacts } from './facts.ts'
import { throughShared } from './read-through.ts'
import type { SharedCache } from './store.ts'
import type { Decision, Visit } from './visit.ts'

export interface RedirectPorts extends CompilePorts {
  readonly storage: Storage
  readonly clock: Clock
  readonly sources: FactSources
  readonly recorder: Recorder
  readonly cache: CacheOptions
  /** A cache that processes share, in front of storage. */
  readonly sharedCache?: SharedCache | undefined
  readonly deafSince: DeafSince
  readonly cookiePrefix: string
}

export interface Redirect {
  /**
   * Decides a visit, records it, and takes what it claims. Synchronous for a link in the cache without claims, as long
   * as the journal of clicks needs no time.
   * Undefined if the path is no slug: no look-up is made for it.
   * @param ownDoor whether a visit to an unknown slug ends here, and is recorded; false where the host's routes go on
   */
  resolve(visit: Visit, ownDoor?: boolean): MaybePromise<Decision | undefined>
  /** Forgets what changed; called after each write of this process and for those of others. */
  drop(changes: readonly Change[]): void
  /** Whether a host has a verified domain. */
  isOwnHost(host: string): MaybePromise<boolean>
  /** Visits served from the cache after their time, since storage was away. */
  readonly counts: { readonly stale: number }
}

type Host = Pick<Domain, 'id' | 'host' | 'caseSensitive'>

/** Hosts remembered at most; anyone can send any Host. */
const HOSTS = 10_000
/**
 * How long a link is believed (ms) where it is read through a shared cache. A write whose drop that cache did not take
 * at once leaves the old value there for a while: who reads it meanwhile hears nothing more of the write.
 */
const SHARED_MS = 60_000
/** How long storage is not asked again for what is known, once it was away: each try may take seconds. */
const AWAY_MS = 1_000
/** How long a visit waits for what is known to be read anew (ms): storage may be silent instead of away. */
const PATIENCE_MS = 100

export function createRedirect(ports: RedirectPorts): Redirect {
  const { storage, clock, policy, sources, recorder, cookiePrefix } = ports
  const origin = new URL(policy.origin)
  const originName = normalizeHost(origin.hostname)
  const counts = { stale: 0 }
  const snapshots = throughShared(storage.open.snapshots, ports.sharedCache)
  const hitMs = ports.sharedCache === undefined ? ports.cache.hitMs : Math.min(ports.cache.hitMs, SHARED_MS)
  const links = new Cache<CompiledLink>({ ...ports.cache, hitMs }, clock, ports.deafSince)
  /** By the Host header as sent: null is a host without a domain of its own. */
  const hosts = new Cache<Host>({ ...ports.cache, size: HOSTS, misses: HOSTS }, clock, ports.deafSince)
  let askAgain = 0

  return {
    counts,

    resolve(visit, ownDoor = true) {
      if (visit.host === origin.host) return resolveOn(null, visit, ownDoor)
      const now = clock()
      const entry = hosts.get(visit.host, now)
      if (entry !== undefined) return resolveOn(entry.value, visit, ownDoor)
      if (slugOf(visit.path, '') === null && slugOf(visit.path, policy.prefix) === null) return undefined
      const known = hosts.stale(visit.host, now)
      if (known !== undefined && now < askAgain) return resolveOn(known.value, visit, ownDoor)
      const reading = hosts.read(visit.host, () => readHost(visit.host))
      return (known === undefined ? reading : inTime(reading))
        .catch((error) => lastKnown(hosts, visit.host, now, error))
        .then((host) => resolveOn(host, visit, ownDoor))
    },

    drop(changes) {
      for (const change of changes) {
        if (change.kind === 'link') links.drop(keyOf(change.domainId, change.slug))
        else if (change.kind === 'keys') links.dropWhere((link) => link.ownerId === change.ownerId)
        else if (change.kind === 'all') {
          hosts.expire()
          links.expire()
        } else {
          // Any link may point to the host, and any host may have been asked for in many spellings.
          hosts.clear()
          links.clear()
        }
      }
    },

    async isOwnHost(host) {
      return (await readHost(host)) !== null
    },
  }

  function resolveOn(host: Host | null, visit: Visit, ownDoor: boolean): MaybePromise<Decision | undefined> {
    if (host === null && policy.onlyOwnHosts && normalizeHost(visit.host) !== originName) return undefined
    const slug = slugOf(visit.path, host === null ? policy.prefix : '')
    if (slug === null) return undefined
    const name = host === null ? slug : slugKey(slug, host.caseSensitive)
    const key = keyOf(host === null ? null : host.id, name)
    const now = clock()
    const entry = links.get(key, now)
    if (entry !== undefined) return answer(entry.value, slug, visit, now, ownDoor)
    // That there was no such link is no answer: it may have been made since.
    const known = links.stale(key, now)?.value ?? undefined
    if (known !== undefined && now < askAgain) {
      counts.stale++
      return answer(known, slug, visit, now, ownDoor)
    }
    const reading = links.read(key, () => readLink(host, name))
    return (known === undefined ? reading : inTime(reading))
      .catch((error) => {
        const link = lastKnown(links, key, now, error)
        if (link === null) throw error
        counts.stale++
        return link
      })
      .then((link) => answer(link, slug, visit, clock(), ownDoor))
  }

  /** While storage is away, what was true a while ago is better than nothing. */
  function lastKnown<T>(cache: Cache<T>, key: string, now: number, error: unknown): T | null {
    askAgain = clock() + AWAY_MS
    const entry = cache.stale(key, now)
    if (entry === undefined) throw error
    return entry.value
  }

  function answer(
    link: CompiledLink | null,
    slug: string,
    visit: Visit,
    now: number,
    ownDoor: boolean,
  ): MaybePromise<Decision> {
    if (link === null) {
      if (ownDoor) recorder.orphan(visit.host, slug, now)
      return stop('not_found', undefined)
    }
    const decision = decide(link, visit, now, new VisitFacts(visit, now, sources, cookiePrefix))
    if (decision.outcome === 'redirect' && (link.counted || decision.nonce !== null)) return claim(decision, visit, now)
    const kept = recorder.push(decision, visit, now)
    return kept === undefined ? decision : kept.then(() => decision)
  }

  /** A HEAD learns nothing and takes nothing. The nonce goes first: a replay must not cost one of the link's clicks. */
  async function claim(decision: Decision, visit: Visit, now: number): Promise<Decision> {
    const link = decision.link!
    let final = decision
    if (visit.method === 'HEAD') final = { ...decision, url: null }
    else if (decision.nonce !== null && !(await useNonce(link, decision))) final = stop('signature_invalid', link)
    else if (link.counted && !(await storage.open.links.claimClick(link.id))) final = stop('exhausted', link)
    await recorder.push(final, visit, now)
    return final
  }

  function useNonce(link: CompiledLink, { nonce, nonceExpiresAt }: Decision): Promise<boolean> {
    return storage.open.keys.consumeNonce(link.ownerId, nonce!, nonceExpiresAt)
  }

  async function readLink(host: Host | null, slugKey: string): Promise<CompiledLink | null> {
    const snapshot = await snapshots.get(host === null ? null : host.id, slugKey)
    return snapshot === undefined ? null : compileLink(snapshot, host?.host ?? origin.host, ports)
  }

  async function readHost(header: string): Promise<Host | null> {
    const name = normalizeHost(header)
    if (name === '' || name === originName) return null
    return (await storage.open.domains.byHost(name)) ?? null
  }
}

/** The reading goes on all the same, and is kept for the next visit. */
function inTime<T>(reading: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(new Error(`storage did not answer within ${PATIENCE_MS} ms`))
    const timer = setTimeout(giveUp, PATIENCE_MS)
    reading.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

/** A slug holds no slash, so the two parts cannot run into each other. */
function keyOf(domainId: string | null, key: string): string {
  return domainId === null ? key : `${domainId}/${key}`
}

/** The raw path as a slug: 3–40 characters out of A–Z, a–z, 0–9, `_` and `-`, and nothing else after the prefix. */
function slugOf(path: string, prefix: string): string | null {
  const start = prefix.length + 1
  const length = path.length - start
  if (length < 3 || length > 40 || !path.startsWith(prefix) || path.charCodeAt(start - 1) !== 47) return null
  for (let i = start; i < path.length; i++) {
    const code = path.charCodeAt(i)
    const isLetter = (code >= 97 && code <= 122) || (code >= 65 && code <= 90)
    if (!isLetter && !(code >= 48 && code <= 57) && code !== 45 && code !== 95) return null
  }
  return path.slice(start)
}
