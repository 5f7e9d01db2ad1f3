// What a host decides about links: which slugs are its own, which hosts may be pointed to, and for how long slugs rest.
import type { MaybePromise } from '../clock.ts'
import { normalizeHost } from '../domains/domain.ts'
import type { Issue } from '../errors.ts'
import { isPrivateHost } from './destination.ts'
import { type IsReserved, SLUG } from './slug.ts'

export interface LinkPolicy {
  readonly isReserved: IsReserved
  /** Allows private and single-label hosts, for links inside one network. */
  readonly allowPrivateHosts: boolean
  /** For how long a deleted slug is kept from others (ms). */
  readonly tombstoneMs: number
  /** Where links without a domain live: origin and the path before the slug (`https://go.acme.com`, ``). */
  readonly origin: string
  readonly prefix: string
  /** Answers for no other host than the origin's and verified domains'; by default any host has the origin's links. */
  readonly onlyOwnHosts?: boolean | undefined
}

/** Whether a host is one of ours: the origin's, or a verified custom domain's. */
export type IsOwnHost = (host: string) => MaybePromise<boolean>

/** What the policy does not allow of some targets, each under the name of its field. */
export async function judgeTargets(
  policy: LinkPolicy,
  isOwnHost: IsOwnHost,
  targets: Readonly<Record<string, string | null | undefined>>,
): Promise<Issue[]> {
  const details: Issue[] = []
  for (const [path, url] of Object.entries(targets)) {
    if (typeof url !== 'string') continue
    if (!policy.allowPrivateHosts && isPrivateHost(url)) {
      details.push({ path, message: 'must not point to a private host' })
    } else if (await isShortLink(policy, isOwnHost, url)) {
      details.push({ path, message: 'must not point to another short link of this service' })
    }
  }
  return details
}

/** Whether following this URL could lead back to us: our host, and a path that could be a slug. */
export async function isShortLink(policy: LinkPolicy, isOwnHost: IsOwnHost, href: string): Promise<boolean> {
  const { hostname, port, pathname } = new URL(href)
  const origin = new URL(policy.origin)
  const onOrigin = normalizeHost(hostname) === normalizeHost(origin.hostname) && port === origin.port
  const start = `${onOrigin ? policy.prefix : ''}/`
  const slug = pathname.slice(start.length)
  if (!pathname.startsWith(start) || !SLUG.test(slug) || policy.isReserved(slug)) return false
  return onOrigin || isOwnHost(hostname)
}

/** Where a visitor finds a link. */
export function shortUrl(policy: LinkPolicy, slug: string, domainHost: string | null): string {
  if (domainHost === null) return `${policy.origin}${policy.prefix}/${slug}`
  return `${policy.origin.startsWith('http:') ? 'http' : 'https'}://${domainHost}/${slug}`
}
