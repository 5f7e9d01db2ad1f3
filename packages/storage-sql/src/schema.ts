// The tables as Kysely sees them. Times are epoch milliseconds, booleans 0 or 1, JSON is text that is never queried inside.
import type { Change, Click, Domain, Link, Project, Rule, User } from '@linkwright/core'
import type { Generated, Selectable } from 'kysely'

/** Names carry a prefix because the database may be the host's own. */
export interface Schema {
  linkwright_migration: { name: string }
  linkwright_user: UserTable
  linkwright_project: ProjectTable
  linkwright_domain: DomainTable
  linkwright_link: LinkTable
  linkwright_tombstone: TombstoneTable
  linkwright_rule: RuleTable
  linkwright_token: TokenTable
  linkwright_key: KeyTable
  linkwright_nonce: { owner_id: string; nonce: string; expires_at: number }
  linkwright_usage: UsageTable
  linkwright_click: ClickTable
  linkwright_click_hour: ClickHourTable
  linkwright_click_visitor: ClickVisitorTable
  linkwright_orphan: { id: string; at: number; host: string; slug: string }
  linkwright_salt: { day: string; salt: string }
  linkwright_idempotency: IdempotencyTable
  linkwright_change: ChangeTable
  linkwright_window: { key: string; window: number; used: number }
  linkwright_sweep: { name: string; position: string }
}

export type Row<Table extends keyof Schema> = Selectable<Schema[Table]>

export type Bit = 0 | 1

interface UserTable {
  id: User['id']
  email: string
  plan: string
  created_at: number
}

interface ProjectTable {
  id: Project['id']
  subject: string
  name: string
  created_at: number
}

interface DomainTable {
  seq: Generated<number>
  id: Domain['id']
  owner_id: string
  subject: string
  host: string
  case_sensitive: Bit
  verified_at: number | null
  created_at: number
}

interface LinkTable {
  seq: Generated<number>
  id: Link['id']
  owner_id: string
  subject: string
  domain_id: string | null
  /** The domain's id, or empty: null is never equal to null in a unique index. */
  domain_key: string
  slug: string
  slug_key: string
  destination_url: string
  title: string | null
  ios_url: string | null
  android_url: string | null
  require_signature: Bit
  trust_score: number
  trust_reason: string
  screening: Link['screening']
  max_clicks: number | null
  /** How many of `max_clicks` are taken. */
  claims: Generated<number>
  clicks: Generated<number>
  starts_at: number | null
  expires_at: number | null
  disabled: Bit
  archived_at: number | null
  created_at: number
  updated_at: number
}

interface TombstoneTable {
  domain_key: string
  slug_key: string
  subject: string
  at: number
}

interface RuleTable {
  id: Rule['id']
  owner_id: string
  link_id: string
  priority: number
  field: Rule['field']
  operator: Rule['operator']
  value: string | null
  conditions: string | null
  redirect_url: string
  created_at: number
  updated_at: number
}

interface TokenTable {
  id: string
  owner_id: string
  subject: string
  user_id: string
  name: string
  prefix: string
  scopes: string
  hash: string
  slow_hash: string | null
  created_at: number
  expires_at: number | null
  revoked_at: number | null
  last_used_at: number | null
}

interface KeyTable {
  seq: Generated<number>
  owner_id: string
  id: string
  sealed: string
  created_at: number
  retired_at: number | null
}

interface UsageTable {
  subject: string
  meter: string
  period: string
  used: number
}

interface ClickTable {
  id: string
  at: number
  link_id: string
  rule_id: string | null
  outcome: Click['outcome']
  counted: Bit
  bot: Bit
  prefetch: Bit
  head: Bit
  country: string | null
  device: string | null
  browser: string | null
  referrer: string | null
  language: string | null
  visitor: string
}

interface ClickHourTable {
  owner_id: string
  link_id: string
  hour: number
  /** Empty: all clicks of the hour. */
  dimension: string
  /** Never empty in a dimension: clicks of which it could not be told are only in the total. */
  value: string
  clicks: number
  people: number
  bots: number
}

interface ClickVisitorTable {
  owner_id: string
  link_id: string
  day: number
  visitor: string
  /** The hours of the day in which the visitor came, one bit each. */
  hours: number
}

interface IdempotencyTable {
  scope: string
  key: string
  fingerprint: string
  status: number
  body: string
  sealed: Bit
  created_at: number
}

interface ChangeTable {
  seq: Generated<number>
  kind: Change['kind']
  domain_id: string | null
  slug: string | null
  host: string | null
  owner_id: string | null
  at: number
}
