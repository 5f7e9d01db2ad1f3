// Links: their slugs, tombstones, claims and screening.
import { type Link, type LinkStore, type OpenLinks, type Owner, type Ref, SlugTaken } from '@linkwright/core'
import { forgetClicks } from './clicks.ts'
import { pageOf } from './page.ts'
import type { Space } from './space.ts'
import { keep, keyOf, type LinkRecord, nextNumber, type Tables } from './tables.ts'

export function createLinkStore({ tables, write }: Space, owner: Owner): LinkStore {
  return {
    async get(ref) {
      return find(tables, owner, ref)?.link
    },
    async list({ includeArchived = false }, page) {
      return pageOf(
        linksOf(tables, owner).filter((link) => includeArchived || link.archivedAt === null),
        page,
      )
    },
    insert: ({ link: row, slugKey, tombstonesSince }) =>
      write((draft) => {
        if (row.ownerId !== owner.id) throw new TypeError('The link names another owner')
        if (!isFree(draft, owner, row.domainId, slugKey, tombstonesSince)) throw new SlugTaken()
        if (draft.links.get(row.id) !== undefined) throw new Error('A link with this id is there')
        const link = keep({ ...row, seq: nextNumber(draft, 'links'), clicks: 0 })
        draft.links.set(link.id, { link, slugKey, subject: owner.subject, claims: 0 })
        draft.slugs.set(keyOf(link.domainId, slugKey), link.id)
        draft.tombstones.delete(keyOf(link.domainId, slugKey))
        return link
      }),
    update: (ref, patch) =>
      write((draft) => {
        const record = find(draft, owner, ref)
        if (record === undefined) return undefined
        const link = keep({ ...record.link, ...patch })
        const isNewlyLimited = record.link.maxClicks === null && link.maxClicks !== null
        draft.links.set(link.id, {
          ...record,
          link,
          claims: isNewlyLimited ? Math.max(link.clicks, record.claims) : record.claims,
        })
        return link
      }),
    delete: (ref, at) =>
      write((draft) => {
        const record = find(draft, owner, ref)
        if (record === undefined) return undefined
        const { link, slugKey, subject } = record
        draft.links.delete(link.id)
        draft.slugs.delete(keyOf(link.domainId, slugKey))
        draft.tombstones.set(keyOf(link.domainId, slugKey), { subject, at })
        for (const rule of draft.rules.get(link.id) ?? []) draft.ruleLinks.delete(rule.id)
        draft.rules.delete(link.id)
        forgetClicks(draft, link.id)
        return link
      }),
    async isFree(domainId, slugKey, tombstonesSince) {
      return isFree(tables, owner, domainId, slugKey, tombstonesSince)
    },
  }
}

export function createOpenLinks({ tables, write }: Space): OpenLinks {
  return {
    async ownerOf(linkId) {
      const record = tables.links.get(linkId)
      return record === undefined ? undefined : { id: record.link.ownerId, subject: record.subject }
    },
    claimClick: (linkId) =>
      write((draft) => {
        const record = draft.links.get(linkId)
        if (record === undefined) return false
        const { maxClicks } = record.link
        if (maxClicks !== null && record.claims >= maxClicks) return false
        draft.links.set(linkId, { ...record, claims: record.claims + 1 })
        return true
      }),
    async pendingScreening(limit) {
      return [...tables.links.values()]
        .filter(({ link }) => link.screening === 'pending')
        .sort((a, b) => (a.link.id < b.link.id ? -1 : 1))
        .slice(0, limit)
        .map(({ link, slugKey }) => ({
          link,
          slugKey,
          urls: (tables.rules.get(link.id) ?? []).map((rule) => rule.redirectUrl),
        }))
    },
    setScreening: (linkId, updatedAt, screening) =>
      write((draft) => {
        const record = draft.links.get(linkId)
        if (record === undefined || record.link.updatedAt !== updatedAt) return false
        draft.links.set(linkId, { ...record, link: keep({ ...record.link, screening }) })
        return true
      }),
  }
}

/** The owner's link. What is not there and what is another's is the same. */
export function find(tables: Tables, owner: Owner, ref: Ref): LinkRecord | undefined {
  const id = typeof ref === 'string' ? ref : linksOf(tables, owner).find((link) => link.seq === ref)?.id
  const record = id === undefined ? undefined : tables.links.get(id)
  return record?.link.ownerId === owner.id ? record : undefined
}

function linksOf(tables: Tables, owner: Owner): Link[] {
  return [...tables.links.values()].map(({ link }) => link).filter((link) => link.ownerId === owner.id)
}

function isFree(tables: Tables, owner: Owner, domainId: string | null, slugKey: string, since: number): boolean {
  const place = keyOf(domainId, slugKey)
  const tombstone = tables.tombstones.get(place)
  const isHeld = tombstone !== undefined && tombstone.subject !== owner.subject && tombstone.at > since
  return tables.slugs.get(place) === undefined && !isHeld
}
