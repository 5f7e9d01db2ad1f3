// What a caller may do with links.
import type { Caller } from '../caller.ts'
import type { Change } from '../channel.ts'
import type { Clock, Random } from '../clock.ts'
import type { Commit, Finish } from '../commit.ts'
import { found, invalid, invalidAll, LinkwrightError } from '../errors.ts'
import type { Ids } from '../ids.ts'
import type { Page, PageRequest } from '../page.ts'
import { monthOf } from '../quota/quota.ts'
import { type Screen, type ScreeningPolicy, screenUrls } from '../screening/screening.ts'
import type { Storage } from '../storage.ts'
import type { LinkChange, NewLink } from './input.ts'
import type { Link, LinkFilter, LinkPatch, LinkRow } from './link.ts'
import { type IsOwnHost, judgeTargets, type LinkPolicy } from './policy.ts'
import { drawSlug, slugKey } from './slug.ts'
import { SlugTaken } from './store.ts'
import { scoreTrust } from './trust.ts'

export interface LinksPorts {
  readonly storage: Storage
  readonly commit: Commit
  readonly clock: Clock
  readonly ids: Ids
  readonly random: Random
  readonly screen: Screen
  readonly screening: ScreeningPolicy
  readonly policy: LinkPolicy
  readonly isOwnHost: IsOwnHost
  /** Counts the clicks that are still waiting to be counted. */
  readonly settleClicks: () => Promise<void>
}

/** A link with the host of its domain, as callers see it. */
export interface LinkView extends Link {
  readonly domainHost: string | null
}

export interface Links {
  /**
   * Creates a link. Judged in this order: targets, schedule and reserved words, premium fields, domain, slug, screening,
   * the month's limit; slug and limit are decided for good by guarded writes in the transaction at the end.
   */
  create(caller: Caller, input: NewLink, finish?: Finish<LinkView>): Promise<LinkView>
  get(caller: Caller, id: string): Promise<LinkView>
  list(caller: Caller, filter: LinkFilter, page: PageRequest): Promise<Page<LinkView>>
  update(caller: Caller, id: string, change: LinkChange): Promise<LinkView>
  /** Deletes the link, its rules and its statistics; its slug stays the owner's for a while. */
  delete(caller: Caller, id: string): Promise<void>
}

/** How often a drawn slug may collide before something must be wrong. */
const DRAWS = 8

export function createLinks(ports: LinksPorts): Links {
  const { storage, commit, clock, policy } = ports

  return {
    async create(caller, input, finish) {
      await checkFields(input, input.customSlug)
      checkPremium(caller, input)
      const domain = await usableDomain(storage, caller, input.domainId ?? null)
      const key = (slug: string) => slugKey(slug, domain?.caseSensitive ?? true)
      const tombstonesSince = clock() - policy.tombstoneMs
      const { links } = storage.of(caller.owner)
      if (input.customSlug && !(await links.isFree(domain?.id ?? null, key(input.customSlug), tombstonesSince))) {
        throw new LinkwrightError('SLUG_TAKEN')
      }
      const screening = await screenUrls(ports.screen, ports.screening, Object.values(targetsOf(input)))

      for (let draws = input.customSlug ? DRAWS : 1; ; draws++) {
        const slug = input.customSlug ?? drawSlug(ports.random, policy.isReserved)
        const link = newRow(ports, caller, input, slug, screening)
        try {
          return await commit(async (storage, changed) => {
            const owned = storage.of(caller.owner)
            const limit = caller.plan.linksPerMonth
            // The slug first: a taken slug is answered before a limit that is reached.
            const inserted = await owned.links.insert({ link, slugKey: key(slug), tombstonesSince })
            if ((await owned.usage.reserve('links', monthOf(link.createdAt), limit, 1)) === null) {
              throw new LinkwrightError(
                'PLAN_LIMIT_EXCEEDED',
                `The plan's limit of ${limit} links this month is reached.`,
              )
            }
            await changed(changeOf(link, key(slug)))
            return { ...inserted, domainHost: domain?.host ?? null }
          }, finish)
        } catch (error) {
          if (!(error instanceof SlugTaken)) throw error
          if (draws >= DRAWS) throw new LinkwrightError('SLUG_TAKEN')
        }
      }
    },

    async get(caller, id) {
      return view(storage, caller, found(await storage.of(caller.owner).links.get(id)))
    },

    async list(caller, filter, page) {
      const { items, next } = await storage.of(caller.owner).links.list(filter, page)
      const domainIds = [...new Set(items.map((link) => link.domainId))]
      const hosts = new Map(
        await Promise.all(domainIds.map(async (id) => [id, await hostOf(storage, caller, id)] as const)),
      )
      return { items: items.map((link) => ({ ...link, domainHost: hosts.get(link.domainId) ?? null })), next }
    },

    async update(caller, id, change) {
      await checkFields(change)
      checkPremium(caller, change)
      const before = found(await storage.of(caller.owner).links.get(id))
      const { startsAt = before.startsAt, expiresAt = before.expiresAt } = change
      if (endsTooSoon(startsAt, expiresAt)) throw invalid('expiresAt', LATER)
      const screening = await screenChange(caller, before, change)
      const patch: LinkPatch = { ...patchOf(change, before, clock()), ...screening }
      // A first limit begins with the clicks so far.
      if (before.maxClicks === null && typeof change.maxClicks === 'number') await ports.settleClicks()
      const domain = before.domainId === null ? undefined : await storage.open.domains.get(before.domainId)
      return commit(async (storage, changed) => {
        const { links } = storage.of(caller.owner)
        const current = found(await links.get(id))
        const { startsAt = current.startsAt, expiresAt = current.expiresAt } = change
        if (endsTooSoon(startsAt, expiresAt)) throw invalid('expiresAt', LATER)
        // Something was changed while this was screened, perhaps a target that nobody has asked about.
        const isStale = patch.screening === 'clear' && current.updatedAt !== before.updatedAt
        const link = found(await links.update(id, isStale ? { ...patch, screening: 'pending' } : patch))
        await changed(changeOf(link, slugKey(link.slug, domain?.caseSensitive ?? true)))
        return { ...link, domainHost: domain?.host ?? null }
      })
    },

    async delete(caller, id) {
      await commit(async (storage, changed) => {
        const link = found(await storage.of(caller.owner).links.delete(id, clock()))
        const domain = link.domainId === null ? undefined : await storage.open.domains.get(link.domainId)
        await changed(changeOf(link, slugKey(link.slug, domain?.caseSensitive ?? true)))
      })
    },
  }

  /** All that the schema could not know about the fields, at once. */
  async function checkFields(fields: LinkChange, slug?: string | null): Promise<void> {
    const details = await judgeTargets(policy, ports.isOwnHost, targetsOf(fields))
    if (endsTooSoon(fields.startsAt, fields.expiresAt)) details.push({ path: 'expiresAt', message: LATER })
    const isReserved = typeof slug === 'string' && policy.isReserved(slug)
    if (isReserved) details.push({ path: 'customSlug', message: 'is a reserved word' })
    if (details.length > 0) throw invalidAll(details, isReserved && details.length === 1 ? 'INVALID_SLUG' : undefined)
  }

  /** Asks about new targets; about all where the last answer was not a good one, since what was wrong may still be there. */
  async function screenChange(caller: Caller, before: Link, change: LinkChange): Promise<Pick<LinkPatch, 'screening'>> {
    const given = Object.entries(targetsOf(change)).filter(([, url]) => url !== undefined)
    if (given.length === 0) return {}
    if (before.screening === 'clear') {
      const moved = given.filter(([name, url]) => url !== before[name as keyof Link])
      const urls = moved.map(([, url]) => url)
      return (await screenUrls(ports.screen, ports.screening, urls)) === 'pending' ? { screening: 'pending' } : {}
    }
    const rules = (await storage.of(caller.owner).rules.list(before.id)) ?? []
    const after = { ...targetsOf(before), ...Object.fromEntries(given) }
    const urls = [...Object.values(after), ...rules.map((rule) => rule.redirectUrl)]
    const screening = await screenUrls(ports.screen, ports.screening, urls)
    // Without an answer the last one stands: a flagged link does not come back because the service is away.
    return screening === 'clear' ? { screening } : {}
  }
}

function newRow(
  ports: LinksPorts,
  caller: Caller,
  input: NewLink,
  slug: string,
  screening: 'clear' | 'pending',
): LinkRow {
  const now = ports.clock()
  const trust = scoreTrust(input.destinationUrl)
  return {
    id: ports.ids(),
    ownerId: caller.owner.id,
    domainId: input.domainId ?? null,
    slug,
    destinationUrl: input.destinationUrl,
    title: input.title ?? null,
    iosUrl: input.iosUrl ?? null,
    androidUrl: input.androidUrl ?? null,
    requireSignature: input.requireSignature ?? false,
    trustScore: trust.score,
    trustReason: trust.reason,
    screening,
    maxClicks: input.maxClicks ?? null,
    startsAt: input.startsAt ?? null,
    expiresAt: input.expiresAt ?? null,
    disabled: input.disabled ?? false,
    archivedAt: null,
    createdAt: now,
    updatedAt: now,
  }
}

function patchOf({ archived, ...change }: LinkChange, before: Link, now: number): LinkPatch {
  const patch: Record<string, unknown> = { updatedAt: now }
  for (const [name, value] of Object.entries(change)) if (value !== undefined) patch[name] = value
  if (change.destinationUrl !== undefined) {
    const trust = scoreTrust(change.destinationUrl)
    Object.assign(patch, { trustScore: trust.score, trustReason: trust.reason })
  }
  if (archived !== undefined) patch.archivedAt = archived ? (before.archivedAt ?? now) : null
  return patch
}

/** Null is always allowed: it takes a value away. */
function checkPremium(caller: Caller, { iosUrl, androidUrl }: LinkChange): void {
  if (caller.plan.premiumFields || (!iosUrl && !androidUrl)) return
  throw new LinkwrightError('PLAN_REQUIRED', 'iosUrl and androidUrl need a plan with premium fields.')
}

const LATER = 'must be later than startsAt'

function endsTooSoon(startsAt: number | null | undefined, expiresAt: number | null | undefined): boolean {
  return typeof startsAt === 'number' && typeof expiresAt === 'number' && startsAt >= expiresAt
}

function targetsOf({ destinationUrl, iosUrl, androidUrl }: LinkChange) {
  return { destinationUrl, iosUrl, androidUrl }
}

async function usableDomain(storage: Storage, caller: Caller, id: string | null) {
  if (id === null) return undefined
  const domain = await storage.of(caller.owner).domains.get(id)
  if (domain === undefined) throw new LinkwrightError('DOMAIN_NOT_FOUND')
  if (domain.verifiedAt === null) throw new LinkwrightError('DOMAIN_NOT_VERIFIED')
  return domain
}

async function view(storage: Storage, caller: Caller, link: Link): Promise<LinkView> {
  return { ...link, domainHost: await hostOf(storage, caller, link.domainId) }
}

async function hostOf(storage: Storage, caller: Caller, domainId: string | null): Promise<string | null> {
  const domain = domainId === null ? undefined : await storage.of(caller.owner).domains.get(domainId)
  return domain?.host ?? null
}

function changeOf(link: { readonly domainId: string | null }, key: string): Change {
  return { kind: 'link', domainId: link.domainId, slug: key }
}
