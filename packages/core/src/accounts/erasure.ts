// Erasing people: a visitor, as far as one can still be told, and an owner with all that is theirs.

import type { Change } from '../channel.ts'
import { pseudonymOf } from '../clicks/pseudonym.ts'
import type { Clock } from '../clock.ts'
import type { Commit } from '../commit.ts'
import { found } from '../errors.ts'
import type { Link } from '../links/link.ts'
import { slugKey } from '../links/slug.ts'
import type { Storage } from '../storage.ts'
import type { Estate, RowCounts } from './store.ts'

export interface VisitorErased {
  /** What was removed on each day (`2026-11-22`) that was looked at; null: all days at once. */
  readonly days: readonly { readonly day: string | null; readonly clicks: number; readonly visitors: number }[]
}

export interface Erasure {
  /** By address and user agent, on the days that still have a salt: of older ones nobody can tell. */
  visitor(ip: string, userAgent: string): Promise<VisitorErased>
  /** By the pseudonym that stands in the raw rows. */
  pseudonym(pseudonym: string): Promise<VisitorErased>
  /** A user with all projects, or one project. @param id a user's, a project's, or a host's plan subject */
  find(id: string): Promise<Estate>
  /** Rows of an estate by their kind. */
  count(estate: Estate): Promise<RowCounts>
  /** Removes it, so that each link serves until it is gone as a whole. May be run again. @returns how many rows */
  owner(estate: Estate): Promise<RowCounts>
}

export interface ErasurePorts {
  readonly storage: Storage
  readonly clock: Clock
  readonly commit: Commit
}

/** Links that go in one transaction: their statistics go with them. */
const BATCH = 20
/** As much of a user agent as a pseudonym is made of. */
const USER_AGENT = 1_000

export function createErasure({ storage, clock, commit }: ErasurePorts): Erasure {
  const { erase } = storage.operator
  return {
    async visitor(ip, userAgent) {
      const days = []
      for (const { day, salt } of await erase.salts()) {
        const pseudonym = pseudonymOf(salt, ip, userAgent.slice(0, USER_AGENT))
        days.push({ day, ...(await erase.visitor(pseudonym, Date.parse(day))) })
      }
      return { days }
    },

    pseudonym: async (pseudonym) => ({ days: [{ day: null, ...(await erase.visitor(pseudonym, null)) }] }),

    async find(id) {
      const { directory } = storage
      const user = await directory.user(id)
      const project = user === undefined ? await directory.project(id) : undefined
      const subject = project?.subject ?? id
      const all = await directory.projectsOf(subject)
      found(user ?? project ?? all[0])
      // The last project of a subject that is no user of ours takes along what was counted on it.
      const isWhole = project === undefined || (all.length === 1 && (await directory.user(subject)) === undefined)
      const projects = project === undefined ? all : [project]
      return { projects: projects.map((one) => ({ id: one.id, subject })), subject: isWhole ? subject : null }
    },

    async count(estate) {
      const ids = new Set<string>()
      const counts = [await erase.countOf(estate)]
      for (const owner of estate.projects) {
        for (let after: string | undefined; ; ) {
          const page = await storage.of(owner).links.list({ includeArchived: true }, { limit: 200, after })
          const some = page.items.map((link) => link.id)
          for (const one of some) ids.add(one)
          counts.push(await erase.countOn(some))
          if (page.next === null) break
          after = page.next
        }
      }
      return add(...counts, { links: ids.size, clicks: await erase.clicks(ids, false) })
    },

    async owner(estate) {
      const counts = [await removeAccess(estate)]
      const ids = new Set<string>()
      for (;;) {
        const links = await someLinks(estate)
        if (links.length === 0) break
        counts.push(await removeLinks(links))
        for (const { id } of links) ids.add(id)
      }
      counts.push({ links: ids.size, clicks: await erase.clicks(ids, true) })
      counts.push(await removeRest(estate))
      return add(...counts)
    },
  }

  /** First, so that nobody adds what was looked for already. */
  function removeAccess(estate: Estate): Promise<RowCounts> {
    return commit(async (storage, changed) => {
      const counts = await storage.operator.erase.removeAccess(estate)
      for (const { id: ownerId } of estate.projects) await changed({ kind: 'keys', ownerId })
      return counts
    })
  }

  async function someLinks({ projects }: Estate): Promise<readonly Link[]> {
    for (const owner of projects) {
      const { items } = await storage.of(owner).links.list({ includeArchived: true }, { limit: BATCH })
      // Folds hold links in this order.
      if (items.length > 0) return items.toSorted((a, b) => (a.id < b.id ? -1 : 1))
    }
    return []
  }

  function removeLinks(links: readonly Link[]): Promise<RowCounts> {
    return commit(async (storage, changed) => {
      const counts = await storage.operator.erase.countOn(links.map(({ id }) => id))
      for (const link of links) {
        const owner = found(await storage.open.links.ownerOf(link.id))
        await changed(await changeOf(storage, link))
        await storage.of(owner).links.delete(link.id, clock())
      }
      return counts
    })
  }

  function removeRest(estate: Estate): Promise<RowCounts> {
    return commit(async (storage, changed) => {
      const { counts, hosts } = await storage.operator.erase.removeRest(estate)
      for (const host of hosts) await changed({ kind: 'domain', host })
      return counts
    })
  }
}

async function changeOf(storage: Storage, { domainId, slug }: Link): Promise<Change> {
  const domain = domainId === null ? undefined : await storage.open.domains.get(domainId)
  return { kind: 'link', domainId, slug: slugKey(slug, domain?.caseSensitive ?? true) }
}

function add(...all: readonly RowCounts[]): RowCounts {
  const sum: Record<string, number> = {}
  for (const counts of all) for (const [kind, n] of Object.entries(counts)) sum[kind] = (sum[kind] ?? 0) + n
  return sum
}
