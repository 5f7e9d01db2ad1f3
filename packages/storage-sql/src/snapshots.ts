// A link with what its redirect needs: one look-up for the link and its rules, another for keys if a signature is asked for.
import type { MaybePromise, Snapshot, SnapshotStore } from '@linkwright/core'
import type { Kysely } from 'kysely'
import { toDomainKey } from './columns.ts'
import { after, type Connection, settled } from './connection.ts'
import { toKey } from './keys.ts'
import { toLink } from './links.ts'
import { toRule } from './rules.ts'
import type { Row, Schema } from './schema.ts'

type RuleRow = Row<'linkwright_rule'>

/** The link's columns, and those of one of its rules; without rules, one row with nothing in these. */
type LinkWithRule = Row<'linkwright_link'> & {
  rule_id: RuleRow['id'] | null
  rule_priority: RuleRow['priority'] | null
  rule_field: RuleRow['field']
  rule_operator: RuleRow['operator']
  rule_value: RuleRow['value']
  rule_conditions: RuleRow['conditions']
  rule_redirect_url: RuleRow['redirect_url'] | null
  rule_created_at: number | null
  rule_updated_at: number | null
}

export function snapshotStore({ ask }: Connection): SnapshotStore {
  return {
    get(domainId, slugKey) {
      // No domain has an empty id, and its key would be that of links without one.
      if (domainId === '') return undefined
      return after(ask(linkAndRules, toDomainKey(domainId), slugKey), (rows): MaybePromise<Snapshot | undefined> => {
        const [first] = rows
        if (first === undefined) return undefined
        const link = toLink(first)
        const rules = rows.flatMap(readRule)
        if (!link.requireSignature) return { link, rules, keys: [] }
        return after(ask(activeKeys, link.ownerId), (keys) => ({ link, rules, keys: keys.map(toKey) }))
      })
    },
  }
}

// One statement, so that no change comes between the link and its rules.
function linkAndRules(db: Kysely<Schema>, domainKey: string, slugKey: string) {
  return db
    .selectFrom('linkwright_link as link')
    .leftJoin('linkwright_rule as rule', 'rule.link_id', 'link.id')
    .where('link.domain_key', '=', settled(domainKey))
    .where('link.slug_key', '=', settled(slugKey))
    .orderBy('rule.priority')
    .selectAll('link')
    .select([
      'rule.id as rule_id',
      'rule.priority as rule_priority',
      'rule.field as rule_field',
      'rule.operator as rule_operator',
      'rule.value as rule_value',
      'rule.conditions as rule_conditions',
      'rule.redirect_url as rule_redirect_url',
      'rule.created_at as rule_created_at',
      'rule.updated_at as rule_updated_at',
    ])
}

function activeKeys(db: Kysely<Schema>, ownerId: string) {
  return db
    .selectFrom('linkwright_key')
    .where('owner_id', '=', settled(ownerId))
    .where('retired_at', 'is', null)
    .orderBy('created_at', 'desc')
    .orderBy('seq', 'desc')
    .selectAll()
}

function readRule(row: LinkWithRule) {
  if (row.rule_id === null) return []
  return toRule({
    id: row.rule_id,
    link_id: row.id,
    priority: row.rule_priority!,
    field: row.rule_field,
    operator: row.rule_operator,
    value: row.rule_value,
    conditions: row.rule_conditions,
    redirect_url: row.rule_redirect_url!,
    created_at: row.rule_created_at!,
    updated_at: row.rule_updated_at!,
  })
}
