// Rules of one owner's links. What changes their order holds the link, so that priorities stay 1, 2, 3 … without gaps.
import type { Rule, RulePatch, RuleStore } from '@linkwright/core'
import { fromJson, toJson } from './columns.ts'
import type { Row } from './schema.ts'
import type { Scope } from './scope.ts'

const TABLE = 'linkwright_rule'
const LINK = 'linkwright_link'

type Owned = Scope<'owner_id'>

export function ruleStore(scope: Owned): RuleStore {
  return {
    async get(id) {
      const row = await scope.select(TABLE).selectAll().where('id', '=', id).executeTakeFirst()
      return row && toRule(row)
    },

    async list(linkId) {
      const rules = await rulesOf(scope, linkId)
      if (rules.length > 0) return rules
      const link = await scope.select(LINK).select('id').where('id', '=', linkId).executeTakeFirst()
      return link && rules
    },

    append(rule, cap) {
      return scope.atomically(async (inner) => {
        if (!(await inner.hold(LINK, rule.linkId))) return undefined
        const priority = (await rulesOf(inner, rule.linkId)).length + 1
        if (priority > cap) return 'full'
        const row = await inner
          .insert(TABLE, toRow({ ...rule, priority }))
          .returningAll()
          .executeTakeFirstOrThrow()
        return toRule(row)
      })
    },

    async update(id, patch) {
      const row = await scope.update(TABLE).set(toColumns(patch)).where('id', '=', id).returningAll().executeTakeFirst()
      return row && toRule(row)
    },

    delete(id) {
      return scope.atomically(async (inner) => {
        const found = await inner.select(TABLE).select('link_id').where('id', '=', id).executeTakeFirst()
        if (found === undefined || !(await inner.hold(LINK, found.link_id))) return undefined
        const row = await inner.delete(TABLE).where('id', '=', id).returningAll().executeTakeFirst()
        if (row === undefined) return undefined
        const left = await rulesOf(inner, row.link_id)
        await renumber(
          inner,
          left.slice(row.priority - 1).map((rule, index) => ({ id: rule.id, priority: row.priority + index })),
        )
        return toRule(row)
      })
    },

    reorder(linkId, ids, at) {
      return scope.atomically(async (inner) => {
        if (!(await inner.hold(LINK, linkId))) return undefined
        const present = new Set((await rulesOf(inner, linkId)).map(({ id }) => id))
        const wanted = new Set(ids)
        if (wanted.size !== ids.length || wanted.size !== present.size) return 'mismatch'
        if (ids.some((id) => !present.has(id))) return 'mismatch'
        await renumber(
          inner,
          ids.map((id, index) => ({ id, priority: index + 1 })),
        )
        await inner.update(TABLE).set({ updated_at: at }).where('link_id', '=', linkId).execute()
        return rulesOf(inner, linkId)
      })
    },
  }
}

async function rulesOf(scope: Owned, linkId: string): Promise<readonly Rule[]> {
  const rows = await scope.select(TABLE).selectAll().where('link_id', '=', linkId).orderBy('priority').execute()
  return rows.map(toRule)
}

/** Goes through negative numbers, since no two rules of a link may have the same priority even for a moment. */
async function renumber(scope: Owned, rules: readonly Pick<Rule, 'id' | 'priority'>[]): Promise<void> {
  for (const sign of [-1, 1]) {
    for (const { id, priority } of rules) {
      await scope
        .update(TABLE)
        .set({ priority: sign * priority })
        .where('id', '=', id)
        .execute()
    }
  }
}

export function toRule(row: Omit<Row<'linkwright_rule'>, 'owner_id'>): Rule {
  return {
    id: row.id,
    linkId: row.link_id,
    field: row.field,
    operator: row.operator,
    value: row.value === null ? null : fromJson(row.value),
    conditions: row.conditions === null ? null : fromJson(row.conditions),
    redirectUrl: row.redirect_url,
    priority: row.priority,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

function toRow(rule: Rule) {
  return {
    id: rule.id,
    link_id: rule.linkId,
    priority: rule.priority,
    field: rule.field,
    operator: rule.operator,
    value: toJson(rule.value),
    conditions: toJson(rule.conditions),
    redirect_url: rule.redirectUrl,
    created_at: rule.createdAt,
    updated_at: rule.updatedAt,
  }
}

function toColumns(patch: RulePatch) {
  return {
    field: patch.field,
    operator: patch.operator,
    value: patch.value === undefined ? undefined : toJson(patch.value),
    conditions: patch.conditions === undefined ? undefined : toJson(patch.conditions),
    redirect_url: patch.redirectUrl,
    updated_at: patch.updatedAt,
  }
}
