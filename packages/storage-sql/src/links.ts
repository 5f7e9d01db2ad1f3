// Links of one owner.
import { type Link, type LinkPatch, type LinkRow, type LinkStore, type Ref, SlugTaken } from '@linkwright/core'
import { toBit, toDomainKey, toPatchBit } from './columns.ts'
import { readPage } from './pages.ts'
import type { Row } from './schema.ts'
import type { Scope } from './scope.ts'

const TABLE = 'linkwright_link'

export function linkStore(scope: Scope<'owner_id'>): LinkStore {
  const get = async (ref: Ref): Promise<Link | undefined> => {
    const row = await scope
      .select(TABLE)
      .selectAll()
      .where(...isLink(ref))
      .executeTakeFirst()
    return row && toLink(row)
  }
  return {
    get,

    list(filter, page) {
      const all = scope.newestFirst(TABLE, page.after).selectAll()
      return readPage(filter.includeArchived ? all : all.where('archived_at', 'is', null), page, toLink)
    },

    insert({ link, slugKey, tombstonesSince }) {
      const place = { domainKey: toDomainKey(link.domainId), slugKey }
      return scope.atomically(async (inner) => {
        // The link goes first: from here on nobody else can take the slug, or bury another link under it.
        const row = await inner
          .insert(TABLE, {
            ...toRow(link),
            subject: scope.owner.subject,
            domain_key: place.domainKey,
            slug_key: slugKey,
          })
          .onConflict((conflict) => conflict.columns(['domain_key', 'slug_key']).doNothing())
          .returningAll()
          .executeTakeFirst()
        if (row === undefined || (await inner.slugs.isMourned(place, tombstonesSince))) throw new SlugTaken()
        await inner.slugs.unbury(place)
        return toLink(row)
      })
    },

    async update(ref, patch) {
      const columns = toColumns(patch)
      if (Object.values(columns).every((value) => value === undefined)) return get(ref)
      const row = await scope
        .update(TABLE)
        .set(columns)
        // A first limit takes the clicks so far as used, and what an earlier limit has given.
        .$if(typeof patch.maxClicks === 'number', (query) =>
          query.set(({ case: choose, ref: column, eb, and }) => ({
            claims: choose()
              .when(and([eb('max_clicks', 'is', null), eb('clicks', '>', column('claims'))]))
              .then(column('clicks'))
              .else(column('claims'))
              .end(),
          })),
        )
        .where(...isLink(ref))
        .returningAll()
        .executeTakeFirst()
      return row && toLink(row)
    },

    delete(ref, at) {
      return scope.atomically(async (inner) => {
        // Rules and statistics go with the link, by their foreign keys.
        const row = await inner
          .delete(TABLE)
          .where(...isLink(ref))
          .returningAll()
          .executeTakeFirst()
        if (row === undefined) return undefined
        await inner.slugs.bury({ domainKey: row.domain_key, slugKey: row.slug_key }, at)
        return toLink(row)
      })
    },

    async isFree(domainId, slugKey, tombstonesSince) {
      const place = { domainKey: toDomainKey(domainId), slugKey }
      return !(await scope.slugs.isUsed(place)) && !(await scope.slugs.isMourned(place, tombstonesSince))
    },
  }
}

export function toLink(row: Row<'linkwright_link'>): Link {
  return {
    id: row.id,
    seq: row.seq,
    ownerId: row.owner_id,
    domainId: row.domain_id,
    slug: row.slug,
    destinationUrl: row.destination_url,
    title: row.title,
    iosUrl: row.ios_url,
    androidUrl: row.android_url,
    requireSignature: row.require_signature === 1,
    trustScore: row.trust_score,
    trustReason: row.trust_reason,
    screening: row.screening,
    maxClicks: row.max_clicks,
    clicks: row.clicks,
    startsAt: row.starts_at,
    expiresAt: row.expires_at,
    disabled: row.disabled === 1,
    archivedAt: row.archived_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

function toRow(link: LinkRow) {
  return {
    id: link.id,
    domain_id: link.domainId,
    slug: link.slug,
    destination_url: link.destinationUrl,
    title: link.title,
    ios_url: link.iosUrl,
    android_url: link.androidUrl,
    require_signature: toBit(link.requireSignature),
    trust_score: link.trustScore,
    trust_reason: link.trustReason,
    screening: link.screening,
    max_clicks: link.maxClicks,
    starts_at: link.startsAt,
    expires_at: link.expiresAt,
    disabled: toBit(link.disabled),
    archived_at: link.archivedAt,
    created_at: link.createdAt,
    updated_at: link.updatedAt,
  }
}

function toColumns(patch: LinkPatch) {
  return {
    destination_url: patch.destinationUrl,
    title: patch.title,
    ios_url: patch.iosUrl,
    android_url: patch.androidUrl,
    require_signature: toPatchBit(patch.requireSignature),
    trust_score: patch.trustScore,
    trust_reason: patch.trustReason,
    screening: patch.screening,
    max_clicks: patch.maxClicks,
    starts_at: patch.startsAt,
    expires_at: patch.expiresAt,
    disabled: toPatchBit(patch.disabled),
    archived_at: patch.archivedAt,
    updated_at: patch.updatedAt,
  }
}

/** No link has the number 0, nor one that no column of numbers can hold. */
function isLink(ref: Ref): [column: 'id' | 'seq', operator: '=', value: Ref] {
  return typeof ref === 'string' ? ['id', '=', ref] : ['seq', '=', Number.isSafeInteger(ref) ? ref : 0]
}
