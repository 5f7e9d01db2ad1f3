// What a host decides about links: which slugs are its own, which hosts may be pointed to, and for how long slugs rest.

import type { MaybePromise } from '../clock.ts'
import { LinkwrightError } from '../errors.ts'
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
}

/** Whether a host is one of ours: the origin's, or a verified custom domain's. */
export type IsOwnHost = (host: string) => MaybePromise<boolean>

/** Refuses targets that the policy does not allow, naming each field. */
export async function checkTargets(
  policy: LinkPolicy,
  isOwnHost: IsOwnHost,
  targets: Readonly<Record<string, string | null | undefined>>,
): Promise<void> {
  const details = []
  for (const [path, url] of Object.entries(targets)) {
    if (typeof url !== 'string') continue
    if (!policy.allowPrivateHosts && isPrivateHost(url)) {
      details.push({ path, message: 'must not point to a private host' })
    } else if (await isShortLink(policy, isOwnHost, url)) {
      details.push({ path, message: 'must not point to another short link of this service' })
    }
  }
  if (details.length > 0)
    throw new LinkwrightError('VALIDATION_ERROR', `${details[0]!.path}: ${details[0]!.message}`, details)
}

/** Whether following this URL could lead back to us: our host, and a path that could be a slug. */
export async function isShortLink(policy: LinkPolicy, isOwnHost: IsOwnHost, href: string): Promise<boolean> {
  const { hostname, host, pathname } = new URL(href)
  const onOrigin = host === new URL(policy.origin).host
  if (!onOrigin && !(await isOwnHost(hostname))) return false
  if (!pathname.startsWith(`${policy.prefix}/`) && onOrigin) return false
  const slug = onOrigin ? pathname.slice(policy.prefix.length + 1) : pathname.slice(1)
  return SLUG.test(slug) && !policy.isReserved(slug)
}

/** Where a visitor finds a link. */
export function shortUrl(policy: LinkPolicy, slug: string, domainHost: string | null): string {
  if (domainHost === null) return `${policy.origin}${policy.prefix}/${slug}`
  return `${policy.origin.startsWith('http:') ? 'http' : 'https'}://${domainHost}/${slug}`
}
