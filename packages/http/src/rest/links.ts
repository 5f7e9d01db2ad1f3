// Links over REST.
import { type Core, type LinkView, linkChange, newLink } from '@linkwright/core'
import { z } from 'zod'
import { contract, type Endpoint, endpoint, finishWith, nothing } from '../contract.ts'
import { pageQuery, pagination, presentPage } from '../page.ts'
import { presentId, presentOptionalTime, presentTime, wireId } from '../present.ts'
import { booleanText } from '../query.ts'

const time = z.iso.datetime()

const link = z
  .object({
    id: z.string(),
    slug: z.string(),
    destinationUrl: z.string(),
    title: z.string().nullable(),
    iosUrl: z.string().nullable(),
    androidUrl: z.string().nullable(),
    domainId: z.string().nullable(),
    requireSignature: z.boolean(),
    trustScore: z.int().min(0).max(100),
    trustReason: z.string(),
    archivedAt: time.nullable(),
    createdAt: time,
    updatedAt: time,
    shortUrl: z.string(),
    maxClicks: z.int().nullable().meta({ description: 'Redirects at most this often.' }),
    clicks: z.int().meta({ description: 'Redirects so far, at most 2 seconds behind.' }),
    startsAt: time.nullable(),
    expiresAt: time.nullable(),
    disabled: z.boolean(),
  })
  .meta({ id: 'Link' })

const example: z.output<typeof link> = {
  id: 'lnk_01KRBQM7N0V9Z3X8W2Y6T4S5R1',
  slug: 'promo',
  destinationUrl: 'https://example.com/promo',
  title: 'Spring promo',
  iosUrl: null,
  androidUrl: null,
  domainId: null,
  requireSignature: false,
  trustScore: 90,
  trustReason: '+30 HTTPS, +10 reputable TLD',
  archivedAt: null,
  createdAt: '2026-05-09T15:24:00.000Z',
  updatedAt: '2026-05-09T15:24:00.000Z',
  shortUrl: 'https://go.example.com/promo',
  maxClicks: null,
  clicks: 0,
  startsAt: null,
  expiresAt: null,
  disabled: false,
}

/** The path parameter of everything that hangs on one link. */
export const linkParams = z.object({ id: wireId('lnk_') })

const listLinks = contract({
  name: 'listLinks',
  method: 'GET',
  path: '/links',
  auth: true,
  scope: 'links:read',
  query: z.strictObject({
    ...pageQuery({ maximum: 200, usual: 50 }),
    includeArchived: booleanText.optional(),
  }),
  output: z.object({ data: z.array(link), pagination }),
  status: 200,
  errors: [],
  summary: 'List your links, newest first',
  example: { output: { data: [example], pagination: { limit: 50, count: 1, nextCursor: null } } },
})

const createLink = contract({
  name: 'createLink',
  method: 'POST',
  path: '/links',
  auth: true,
  scope: 'links:write',
  body: newLink.extend({ domainId: wireId('dom_').nullish() }),
  output: link,
  status: 201,
  errors: [
    'INVALID_SLUG',
    'DOMAIN_NOT_FOUND',
    'DOMAIN_NOT_VERIFIED',
    'SLUG_TAKEN',
    'URL_FLAGGED',
    'PLAN_LIMIT_EXCEEDED',
  ],
  summary: 'Create a link',
  example: {
    body: { destinationUrl: 'https://example.com/promo', title: 'Spring promo', customSlug: 'promo' },
    output: example,
  },
})

const getLink = contract({
  name: 'getLink',
  method: 'GET',
  path: '/links/:id',
  auth: true,
  scope: 'links:read',
  params: linkParams,
  output: link,
  status: 200,
  errors: [],
  summary: 'Fetch a link',
  example: { output: example },
})

const updateLink = contract({
  name: 'updateLink',
  method: 'PATCH',
  path: '/links/:id',
  auth: true,
  scope: 'links:write',
  params: linkParams,
  body: linkChange,
  output: link,
  status: 200,
  errors: ['URL_FLAGGED'],
  summary: 'Update a link',
  example: {
    body: { title: null, archived: true },
    output: { ...example, title: null, archivedAt: example.updatedAt },
  },
})

const deleteLink = contract({
  name: 'deleteLink',
  method: 'DELETE',
  path: '/links/:id',
  auth: true,
  scope: 'links:write',
  params: linkParams,
  output: nothing,
  status: 204,
  errors: [],
  summary: 'Delete a link with its rules and its clicks',
})

export const linkContracts = { listLinks, createLink, getLink, updateLink, deleteLink }

export function linkEndpoints({ links, shortUrl }: Pick<Core, 'links' | 'shortUrl'>): readonly Endpoint[] {
  const present = (link: LinkView) => presentLink(link, shortUrl(link.slug, link.domainHost))

  return [
    endpoint(listLinks, async ({ caller }, { query: { limit, cursor, includeArchived } }) =>
      presentPage(await links.list(caller, { includeArchived }, { limit, after: cursor }), limit, present),
    ),
    endpoint(createLink, async (context, { body }) =>
      present(await links.create(context.caller, body, finishWith(context, present))),
    ),
    endpoint(getLink, async ({ caller }, { params }) => present(await links.get(caller, params.id))),
    endpoint(updateLink, async ({ caller }, { params, body }) => present(await links.update(caller, params.id, body))),
    endpoint(deleteLink, async ({ caller }, { params }) => {
      await links.delete(caller, params.id)
      return undefined
    }),
  ]
}

function presentLink(row: LinkView, shortUrl: string): z.output<typeof link> {
  return {
    id: presentId('lnk_', row.id),
    slug: row.slug,
    destinationUrl: row.destinationUrl,
    title: row.title,
    iosUrl: row.iosUrl,
    androidUrl: row.androidUrl,
    domainId: row.domainId === null ? null : presentId('dom_', row.domainId),
    requireSignature: row.requireSignature,
    trustScore: row.trustScore,
    trustReason: row.trustReason,
    archivedAt: presentOptionalTime(row.archivedAt),
    createdAt: presentTime(row.createdAt),
    updatedAt: presentTime(row.updatedAt),
    shortUrl,
    maxClicks: row.maxClicks,
    clicks: row.clicks,
    startsAt: presentOptionalTime(row.startsAt),
    expiresAt: presentOptionalTime(row.expiresAt),
    disabled: row.disabled,
  }
}
