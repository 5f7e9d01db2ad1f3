// A link made ready for visits: read from storage once, then decided on many times.
import { type IsOwnHost, isShortLink, type LinkPolicy } from '../links/policy.ts'
import { compile, InvalidRuleError, type Program, validateCondition } from '../rules/index.ts'
import type { Rule } from '../rules/rule.ts'
import type { HmacKey } from '../signing/index.ts'
import type { SigningKey } from '../signing/store.ts'
import type { Snapshot } from './store.ts'

export interface CompiledLink {
  readonly id: string
  readonly ownerId: string
  readonly slug: string
  /** The host that signatures are made for. */
  readonly host: string
  readonly destinationUrl: string
  readonly iosUrl: string | null
  readonly androidUrl: string | null
  readonly startsAt: number | null
  readonly expiresAt: number | null
  readonly disabled: boolean
  readonly archived: boolean
  readonly requireSignature: boolean
  readonly keys: ReadonlyMap<string, HmacKey>
  /** Whether each redirect has to be claimed. */
  readonly counted: boolean
  /** Null without rules. */
  readonly program: Program<Rule> | null
  /** Whether a rule asks for returning visitors, who then get the cookie that tells. */
  readonly marksVisitors: boolean
  /** Targets that would lead back to a short link; null where there are none. */
  readonly loops: ReadonlySet<string> | null
}

export interface CompilePorts {
  readonly policy: LinkPolicy
  readonly isOwnHost: IsOwnHost
  readonly openKey: (key: SigningKey) => HmacKey
}

/** @param host the custom domain, or the origin's host with its port */
export async function compileLink(
  { link, rules, keys }: Snapshot,
  host: string,
  ports: CompilePorts,
): Promise<CompiledLink> {
  const program = rules.length === 0 ? null : compileRules(rules)
  const targets = new Set([link.destinationUrl, link.iosUrl, link.androidUrl, ...rules.map((rule) => rule.redirectUrl)])
  const loops = new Set<string>()
  for (const url of targets) {
    // Domains are added after links point to them, so this is asked again here.
    if (url !== null && (await isShortLink(ports.policy, ports.isOwnHost, url))) loops.add(url)
  }
  return {
    id: link.id,
    ownerId: link.ownerId,
    slug: link.slug,
    host,
    destinationUrl: link.destinationUrl,
    iosUrl: link.iosUrl,
    androidUrl: link.androidUrl,
    startsAt: link.startsAt,
    expiresAt: link.expiresAt,
    disabled: link.disabled || link.screening === 'flagged',
    archived: link.archivedAt !== null,
    requireSignature: link.requireSignature,
    keys: openKeys(keys, ports.openKey),
    counted: link.maxClicks !== null,
    program,
    marksVisitors: program?.needs.returning ?? false,
    loops: loops.size === 0 ? null : loops,
  }
}

/** A rule that an older version took and this one refuses is passed over: it must not take its link down. */
function compileRules(rules: readonly Rule[]): Program<Rule> {
  try {
    return compile(rules)
  } catch (error) {
    if (!(error instanceof InvalidRuleError)) throw error
    return compile(rules.filter((rule) => validateCondition(rule).ok))
  }
}

/** A key that does not open (sealed under another secret) verifies nothing; the others go on. */
function openKeys(keys: readonly SigningKey[], open: CompilePorts['openKey']): ReadonlyMap<string, HmacKey> {
  const opened = new Map<string, HmacKey>()
  for (const key of keys) {
    try {
      opened.set(key.id, open(key))
    } catch {}
  }
  return opened
}
