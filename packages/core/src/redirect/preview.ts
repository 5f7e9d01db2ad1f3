// The preview: what a visit would get and why, by the very function that decides live ones, recording nothing.
import { z } from 'zod'
import type { Caller } from '../caller.ts'
import { found, LinkwrightError } from '../errors.ts'
import { instant } from '../links/input.ts'
import { slugKey } from '../links/slug.ts'
import { BROWSERS, DEVICES, explain, type Facts } from '../rules/index.ts'
import { compileLink } from './compiled.ts'
import { decide, stop, type VisitorFacts } from './decide.ts'
import { VisitFacts } from './facts.ts'
import type { RedirectPorts } from './resolve.ts'
import { type Decision, STATUS, type Visit } from './visit.ts'

const host = z
  .string()
  .min(1)
  .max(253)
  .toLowerCase()
  .transform((name) => name.replace(/^www\./, ''))

const facts = z.strictObject({
  country: z
    .string()
    .regex(/^[A-Za-z]{2}$/, 'must be a two-letter country code')
    .toUpperCase()
    .nullish(),
  device: z.enum(DEVICES).nullish(),
  browser: z.enum(BROWSERS).nullish(),
  referer_host: host.nullish(),
  hour_utc: z.int().min(0).max(23).nullish(),
  language: z.string().min(1).max(100).toLowerCase().nullish(),
  returning: z.boolean().nullish(),
  signed: z.boolean().optional(),
})

/** A visit to imagine. `facts` override what is read from the rest; `signed: false` is a visit without a signature. */
export const previewInput = z.strictObject({
  at: instant.optional(),
  ip: z.union([z.ipv4(), z.ipv6()], 'must be an IP address').optional(),
  headers: z.record(z.string().max(100), z.string().max(8192)).optional(),
  facts: facts.optional(),
})

export type PreviewInput = z.output<typeof previewInput>

export interface Preview {
  readonly outcome: Decision['outcome']
  readonly status: number
  readonly url: string | null
  /** The first rule that matches, whether or not the visit gets as far as the rules. */
  readonly ruleId: string | null
  readonly facts: Facts
  readonly trace: readonly { readonly ruleId: string; readonly matched: boolean; readonly reason: string }[]
}

export async function previewVisit(
  ports: RedirectPorts,
  caller: Caller,
  linkId: string,
  input: PreviewInput,
): Promise<Preview> {
  const { storage } = ports
  const link = found(await storage.of(caller.owner).links.get(linkId))
  const domain = link.domainId === null ? undefined : await storage.open.domains.get(link.domainId)
  const key = slugKey(link.slug, domain?.caseSensitive ?? true)
  const snapshot = found(await storage.open.snapshots.get(link.domainId, key))
  // Between the two readings the slug may have passed to somebody else.
  if (snapshot.link.id !== link.id) throw new LinkwrightError('NOT_FOUND')
  const host = domain?.host ?? new URL(ports.policy.origin).host
  const compiled = await compileLink(snapshot, host, ports)
  const now = input.at ?? ports.clock()
  const visit = imagine(input, host, `${domain === undefined ? ports.policy.prefix : ''}/${link.slug}`)
  const known = readFacts(new VisitFacts(visit, now, ports.sources, ports.cookiePrefix), input)
  const spent = link.maxClicks !== null && (await countNow(ports, caller, linkId)) >= link.maxClicks
  const decided = decide(compiled, visit, now, known, input.facts?.signed ?? true)
  const decision = decided.outcome === 'redirect' && spent ? stop('exhausted', compiled) : decided
  const { agent: _, ...shown } = known
  const { ruleId, trace } = explain(compiled.program?.rules ?? [], known)
  return {
    outcome: decision.outcome,
    status: STATUS[decision.outcome],
    url: decision.url,
    ruleId,
    facts: shown,
    trace,
  }
}

function imagine({ ip, headers = {} }: PreviewInput, host: string, path: string): Visit {
  const lower = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
  return { method: 'GET', host, path, query: '', ip: ip ?? '', trusted: true, header: (name) => lower.get(name) }
}

function readFacts(read: VisitFacts, { facts: given = {} }: PreviewInput): VisitorFacts {
  const pick = <K extends keyof Facts>(name: K): Facts[K] =>
    name in given ? ((given[name] ?? null) as Facts[K]) : read[name]
  return {
    agent: read.agent,
    country: pick('country'),
    device: pick('device'),
    browser: pick('browser'),
    referer_host: pick('referer_host'),
    hour_utc: pick('hour_utc'),
    language: pick('language'),
    returning: pick('returning'),
  }
}

/** A link's clicks with those that were just now made, as its limit counts them. */
async function countNow({ storage, recorder }: RedirectPorts, caller: Caller, linkId: string): Promise<number> {
  await recorder.flush()
  return found(await storage.of(caller.owner).links.get(linkId)).clicks
}
