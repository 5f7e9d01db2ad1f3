// Rules: the list of a link is one row, so that its priorities are the places in it.
import type { Owner, Rule, RuleStore } from '@linkwright/core'
import { find } from './links.ts'
import type { Space } from './space.ts'
import { keep, type Tables } from './tables.ts'

export function createRuleStore({ tables, write }: Space, owner: Owner): RuleStore {
  return {
    async get(id) {
      return siblings(tables, owner, id)?.find((rule) => rule.id === id)
    },
    async list(linkId) {
      return rulesOf(tables, owner, linkId)
    },
    append: (rule, cap) =>
      write((draft) => {
        const rules = rulesOf(draft, owner, rule.linkId)
        if (rules === undefined) return undefined
        if (rules.length >= cap) return 'full'
        if (draft.ruleLinks.get(rule.id) !== undefined) throw new Error('A rule with this id is there')
        draft.ruleLinks.set(rule.id, rule.linkId)
        return save(draft, rule.linkId, [...rules, { ...rule, priority: 0 }]).at(-1)
      }),
    update: (id, patch) =>
      write((draft) => {
        const rules = siblings(draft, owner, id)
        if (rules === undefined) return undefined
        const changed = rules.map((rule) => (rule.id === id ? { ...rule, ...patch } : rule))
        return save(draft, rules[0]!.linkId, changed).find((rule) => rule.id === id)
      }),
    delete: (id) =>
      write((draft) => {
        const rules = siblings(draft, owner, id)
        const deleted = rules?.find((rule) => rule.id === id)
        if (rules === undefined || deleted === undefined) return undefined
        draft.ruleLinks.delete(id)
        save(
          draft,
          deleted.linkId,
          rules.filter((rule) => rule.id !== id),
        )
        return deleted
      }),
    reorder: (linkId, ids, at) =>
      write((draft) => {
        const rules = rulesOf(draft, owner, linkId)
        if (rules === undefined) return undefined
        const byId = new Map(rules.map((rule) => [rule.id, rule]))
        if (ids.length !== rules.length || new Set(ids).size !== ids.length || !ids.every((id) => byId.has(id))) {
          return 'mismatch'
        }
        return save(
          draft,
          linkId,
          ids.map((id) => ({ ...byId.get(id)!, updatedAt: at })),
        )
      }),
  }
}

function rulesOf(tables: Tables, owner: Owner, linkId: string): readonly Rule[] | undefined {
  return find(tables, owner, linkId) === undefined ? undefined : (tables.rules.get(linkId) ?? [])
}

/** All rules of the link that this rule belongs to. */
function siblings(tables: Tables, owner: Owner, id: string): readonly Rule[] | undefined {
  const linkId = tables.ruleLinks.get(id)
  return linkId === undefined ? undefined : rulesOf(tables, owner, linkId)
}

function save(tables: Tables, linkId: string, rules: readonly Rule[]): readonly Rule[] {
  const numbered = keep(rules.map((rule, index) => ({ ...rule, priority: index + 1 })))
  tables.rules.set(linkId, numbered)
  return numbered
}
