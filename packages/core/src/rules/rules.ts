// What a caller may do with a link's routing rules.
import type { Caller } from '../caller.ts'
import type { Clock } from '../clock.ts'
import type { Commit, Finish } from '../commit.ts'
import { found, invalid, invalidAll, LinkwrightError } from '../errors.ts'
import type { Ids } from '../ids.ts'
import { type IsOwnHost, judgeTargets, type LinkPolicy } from '../links/policy.ts'
import { slugKey } from '../links/slug.ts'
import { type Screen, type ScreeningPolicy, screenUrls } from '../screening/screening.ts'
import type { Storage } from '../storage.ts'
import { changeCondition, type NewRule, type RuleChange } from './input.ts'
import type { Rule } from './rule.ts'

export interface RulesPorts {
  readonly storage: Storage
  readonly commit: Commit
  readonly clock: Clock
  readonly ids: Ids
  readonly screen: Screen
  readonly screening: ScreeningPolicy
  readonly policy: LinkPolicy
  readonly isOwnHost: IsOwnHost
}

export interface Rules {
  /** In priority order. */
  list(caller: Caller, linkId: string): Promise<readonly Rule[]>
  /** Adds a rule behind the others; the plan's cap is decided by a guarded write. */
  create(caller: Caller, linkId: string, input: NewRule, finish?: Finish<Rule>): Promise<Rule>
  update(caller: Caller, id: string, change: RuleChange): Promise<Rule>
  delete(caller: Caller, id: string): Promise<void>
  /** Sets the order of all of a link's rules at once. */
  reorder(caller: Caller, linkId: string, ids: readonly string[]): Promise<readonly Rule[]>
}

export function createRules(ports: RulesPorts): Rules {
  const { storage, commit, clock, ids, policy, isOwnHost } = ports
  const screen = (url: string | undefined) => screenUrls(ports.screen, ports.screening, [url])

  return {
    async list(caller, linkId) {
      return found(await storage.of(caller.owner).rules.list(linkId))
    },

    async create(caller, linkId, input, finish) {
      await checkTarget(input.redirectUrl)
      found(await storage.of(caller.owner).links.get(linkId))
      const screening = await screen(input.redirectUrl)
      return commit(async (storage, changed) => {
        const now = clock()
        const cap = caller.plan.rulesPerLink
        const row = { ...input, id: ids(), linkId, createdAt: now, updatedAt: now }
        const rule = found(await storage.of(caller.owner).rules.append(row, cap))
        if (rule === 'full') {
          throw new LinkwrightError('PLAN_LIMIT_EXCEEDED', `The plan's limit of ${cap} rules on a link is reached.`)
        }
        await touch(storage, caller, linkId, screening, changed)
        return rule
      }, finish)
    },

    async update(caller, id, change) {
      await checkTarget(change.redirectUrl)
      const before = found(await storage.of(caller.owner).rules.get(id))
      changeCondition(before, change)
      const { redirectUrl } = change
      const screening = await screen(redirectUrl === before.redirectUrl ? undefined : redirectUrl)
      return commit(async (storage, changed) => {
        const { rules } = storage.of(caller.owner)
        // Read anew: another change may have come in while this one was screened.
        const condition = changeCondition(found(await rules.get(id)), change)
        const target = redirectUrl === undefined ? {} : { redirectUrl }
        const rule = found(await rules.update(id, { ...condition, ...target, updatedAt: clock() }))
        await touch(storage, caller, rule.linkId, screening, changed)
        return rule
      })
    },

    async delete(caller, id) {
      await commit(async (storage, changed) => {
        const rule = found(await storage.of(caller.owner).rules.delete(id))
        await touch(storage, caller, rule.linkId, 'clear', changed)
      })
    },

    async reorder(caller, linkId, ids) {
      return commit(async (storage, changed) => {
        const rules = found(await storage.of(caller.owner).rules.reorder(linkId, ids, clock()))
        if (rules === 'mismatch') {
          throw invalid('ruleIds', "must name each of the link's rules exactly once")
        }
        await touch(storage, caller, linkId, 'clear', changed)
        return rules
      })
    },
  }

  async function checkTarget(redirectUrl: string | undefined): Promise<void> {
    const details = await judgeTargets(policy, isOwnHost, { redirectUrl })
    if (details.length > 0) throw invalidAll(details, 'INVALID_RULE')
  }

  /** Tells redirects that the link's rules are new, and remembers a target that still has to be screened. */
  async function touch(
    storage: Storage,
    caller: Caller,
    linkId: string,
    screening: 'clear' | 'pending',
    changed: Parameters<Parameters<Commit>[0]>[1],
  ): Promise<void> {
    const { links } = storage.of(caller.owner)
    const link = found(await links.get(linkId))
    if (screening === 'pending') {
      // A new time undoes a screening that is under way without this target. Flagged stays flagged.
      const updatedAt = Math.max(clock(), link.updatedAt + 1)
      await links.update(linkId, link.screening === 'flagged' ? { updatedAt } : { screening, updatedAt })
    }
    const domain = link.domainId === null ? undefined : await storage.open.domains.get(link.domainId)
    await changed({ kind: 'link', domainId: link.domainId, slug: slugKey(link.slug, domain?.caseSensitive ?? true) })
  }
}
