// The decision about one visit: pure and synchronous, one function for live traffic, the preview and tests.
import type { Outcome } from '../clicks/click.ts'
import type { AgentClass } from '../clicks/visitor.ts'
import type { Facts } from '../rules/index.ts'
import { hasSignature, verifyLink } from '../signing/index.ts'
import type { CompiledLink } from './compiled.ts'
import type { Decision, Visit } from './visit.ts'

/** What a decision reads of a visitor. */
export interface VisitorFacts extends Facts {
  readonly agent: AgentClass | null
}

/**
 * Decides in this order: disabled, not yet, expired, archived; signature; rules by priority; the visitor's platform; the
 * destination. Claims (`link.counted`, `nonce`) are left to the caller: they write.
 * @param signed overrides the check of the signature
 */
export function decide(link: CompiledLink, visit: Visit, now: number, facts: VisitorFacts, signed?: boolean): Decision {
  const closed = closedOutcome(link, now)
  if (closed !== null) return stop(closed, link)
  let nonce: string | null = null
  let nonceExpiresAt = 0
  if (link.requireSignature && signed !== true) {
    const { host } = link
    const { path, query } = visit
    if (signed === false || !hasSignature(query)) return stop('signature_required', link)
    const verdict = verifyLink({ host, path, query, now, keys: (kid) => link.keys.get(kid) })
    if (!verdict.ok) return stop('signature_invalid', link)
    nonce = verdict.nonce
    nonceExpiresAt = verdict.exp * 1000
  }
  const rule = link.program === null ? null : link.program.decide(facts)
  const url = rule === null ? defaultUrl(link, facts) : rule.redirectUrl
  if (link.loops?.has(url)) return stop('not_found', link)
  return { outcome: 'redirect', url, ruleId: rule === null ? null : rule.id, link, nonce, nonceExpiresAt }
}

/** A visit that ends without a redirect. */
export function stop(outcome: Outcome, link: CompiledLink | undefined): Decision {
  return { outcome, url: null, ruleId: null, link, nonce: null, nonceExpiresAt: 0 }
}

function closedOutcome(link: CompiledLink, now: number): Outcome | null {
  if (link.disabled) return 'disabled'
  if (link.startsAt !== null && now < link.startsAt) return 'not_yet'
  if (link.expiresAt !== null && now >= link.expiresAt) return 'expired'
  return link.archived ? 'archived' : null
}

function defaultUrl(link: CompiledLink, facts: VisitorFacts): string {
  if (link.iosUrl === null && link.androidUrl === null) return link.destinationUrl
  const platform = facts.agent?.platform ?? null
  if (platform === 'ios') return link.iosUrl ?? link.destinationUrl
  if (platform === 'android') return link.androidUrl ?? link.destinationUrl
  return link.destinationUrl
}
