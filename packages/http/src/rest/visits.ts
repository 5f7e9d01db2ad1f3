// What hangs on one link over REST: its statistics, its preview, and signed addresses of it.
import { type Core, type Count, instant, previewInput } from '@linkwright/core'
import { BROWSERS, DEVICES } from '@linkwright/core/rules'
import { z } from 'zod'
import { contract, type Endpoint, endpoint } from '../contract.ts'
import { presentId, presentTime } from '../present.ts'
import { linkParams } from './links.ts'

const count = z
  .object({
    value: z.string().nullable().meta({ description: 'Null is what could not be told.' }),
    clicks: z.int(),
    people: z.int(),
  })
  .meta({ id: 'Count' })

const stats = z
  .object({
    clicks: z.int().meta({ description: 'GET requests that were answered with the redirect.' }),
    people: z.int().meta({ description: 'Clicks less bots and prefetches.' }),
    bots: z.int(),
    uniques: z.int().meta({ description: 'Different visitors, each counted once a day (UTC).' }),
    byDay: z.array(count),
    byCountry: z.array(count),
    byDevice: z.array(count),
    byBrowser: z.array(count),
    byReferrer: z.array(count),
    byLanguage: z.array(count),
    byRule: z.array(count).meta({ description: 'Null is the default destination.' }),
  })
  .meta({ id: 'Stats' })

const preview = z
  .object({
    outcome: z.string(),
    status: z.int(),
    url: z.string().nullable(),
    ruleId: z.string().nullable(),
    facts: z.object({
      country: z.string().nullable(),
      device: z.enum(DEVICES).nullable(),
      browser: z.enum(BROWSERS).nullable(),
      referer_host: z.string().nullable(),
      hour_utc: z.int().nullable(),
      language: z.string().nullable(),
      returning: z.boolean().nullable(),
    }),
    trace: z.array(z.object({ ruleId: z.string(), matched: z.boolean(), reason: z.string() })),
  })
  .meta({ id: 'Preview' })

const getStats = contract({
  name: 'getStats',
  method: 'GET',
  path: '/links/:id/stats',
  auth: true,
  scope: 'analytics:read',
  params: linkParams,
  query: z.strictObject({
    from: instant.optional().meta({ description: "From this moment's hour on; the link's creation by default." }),
    to: instant.optional().meta({ description: "Up to this moment's hour, included; now by default." }),
  }),
  output: stats,
  status: 200,
  errors: [],
  summary: "Count a link's clicks",
})

const previewLink = contract({
  name: 'previewLink',
  method: 'POST',
  path: '/links/:id/preview',
  auth: true,
  scope: 'rules:read',
  params: linkParams,
  body: previewInput,
  output: preview,
  status: 200,
  errors: [],
  summary: 'See what a visit would get and why, recording nothing',
  example: { body: { at: '2026-05-09T15:24:00.000Z', facts: { country: 'US', device: 'mobile' } } },
})

const signLink = contract({
  name: 'signLink',
  method: 'POST',
  path: '/links/:id/sign',
  auth: true,
  scope: 'links:write',
  params: linkParams,
  body: z.strictObject({
    expiresInSeconds: z
      .int('must be a whole number')
      .min(1, 'must be at least 1')
      .max(7_776_000, 'must be at most 7776000'),
    once: z.boolean().optional().meta({ description: 'Whether the address works a single time.' }),
  }),
  output: z.object({ url: z.string(), expiresAt: z.iso.datetime(), keyId: z.string() }),
  status: 200,
  errors: [],
  summary: 'Make a signed address of a link',
  example: { body: { expiresInSeconds: 3600, once: true } },
  // A signed address is a key to the link: what is kept for replays is sealed.
  secret: true,
})

export const visitContracts = { getStats, previewLink, signLink }

export function visitEndpoints(
  core: Pick<Core, 'stats' | 'preview' | 'links' | 'keys' | 'shortUrl'>,
): readonly Endpoint[] {
  return [
    endpoint(getStats, async ({ caller }, { params, query }) => {
      const { days, dimensions, clicks, people, bots, uniques } = await core.stats.read(
        caller,
        params.id,
        query.from,
        query.to,
      )
      return {
        ...{ clicks, people, bots, uniques },
        byDay: [...days],
        byCountry: [...dimensions.country],
        byDevice: [...dimensions.device],
        byBrowser: [...dimensions.browser],
        byReferrer: [...dimensions.referrer],
        byLanguage: [...dimensions.language],
        byRule: dimensions.rule.map(presentRuleCount),
      }
    }),
    endpoint(previewLink, async ({ caller }, { params, body }) => {
      const { facts, trace, ruleId, ...rest } = await core.preview(caller, params.id, body)
      return {
        ...rest,
        ruleId: ruleId === null ? null : presentId('rul_', ruleId),
        facts: { ...facts },
        trace: trace.map((entry) => ({ ...entry, ruleId: presentId('rul_', entry.ruleId) })),
      }
    }),
    endpoint(signLink, async ({ caller }, { params, body }) => {
      const link = await core.links.get(caller, params.id)
      const address = core.shortUrl(link.slug, link.domainHost)
      const { url, expiresAt, keyId } = await core.keys.sign(caller, address, body.expiresInSeconds, body.once ?? false)
      return { url, expiresAt: presentTime(expiresAt), keyId }
    }),
  ]
}

function presentRuleCount({ value, ...counts }: Count): Count {
  return { value: value === null ? null : presentId('rul_', value), ...counts }
}
