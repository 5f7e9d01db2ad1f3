// `@linkwright/conformance/sample`: rows with sensible fields, for the tests of storages.
import type { LinkRow, Owner } from '@linkwright/core'

/** A project and the plan subject above it. */
export const OWNER: Owner = { id: 'project', subject: 'user' }

/** A link of `OWNER`, but for the fields given. */
export function linkRow(fields: Partial<LinkRow> & Pick<LinkRow, 'id' | 'slug'>): LinkRow {
  return {
    ownerId: OWNER.id,
    domainId: null,
    destinationUrl: 'https://example.com/',
    title: null,
    iosUrl: null,
    androidUrl: null,
    requireSignature: false,
    trustScore: 80,
    trustReason: '+30 HTTPS',
    screening: 'clear',
    maxClicks: null,
    startsAt: null,
    expiresAt: null,
    disabled: false,
    archivedAt: null,
    createdAt: 1,
    updatedAt: 1,
    ...fields,
  }
}
