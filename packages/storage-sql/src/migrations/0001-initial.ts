// The first schema.
import type { Engine } from '../engine.ts'
import type { Migration } from './migration.ts'

export const initial: Migration = {
  name: '0001-initial',
  statements: (engine) => [
    ...accounts(engine),
    ...links(engine),
    ...credentials(engine),
    ...clicks(engine),
    ...housekeeping(engine),
  ],
}

function accounts({ text }: Engine): string[] {
  return [
    `create table linkwright_user (
  id ${text} primary key not null,
  email ${text} not null unique,
  plan ${text} not null,
  created_at bigint not null
)`,
    `create table linkwright_project (
  id ${text} primary key not null,
  subject ${text} not null,
  name ${text} not null,
  created_at bigint not null
)`,
    'create index linkwright_project_subject on linkwright_project (subject)',
  ]
}

function links({ text, serial, keyOrdered }: Engine): string[] {
  return [
    `create table linkwright_domain (
  seq ${serial},
  id ${text} not null unique,
  owner_id ${text} not null,
  subject ${text} not null,
  host ${text} not null,
  case_sensitive smallint not null,
  verified_at bigint,
  created_at bigint not null,
  unique (subject, host)
)`,
    'create unique index linkwright_domain_verified on linkwright_domain (host) where verified_at is not null',
    `create table linkwright_link (
  seq ${serial},
  id ${text} not null unique,
  owner_id ${text} not null,
  subject ${text} not null,
  domain_id ${text} references linkwright_domain (id),
  domain_key ${text} not null,
  slug ${text} not null,
  slug_key ${text} not null,
  destination_url ${text} not null,
  title ${text},
  ios_url ${text},
  android_url ${text},
  require_signature smallint not null,
  trust_score integer not null,
  trust_reason ${text} not null,
  screening ${text} not null,
  max_clicks bigint,
  claims bigint not null default 0,
  clicks bigint not null default 0,
  starts_at bigint,
  expires_at bigint,
  disabled smallint not null,
  archived_at bigint,
  created_at bigint not null,
  updated_at bigint not null,
  unique (owner_id, id)
)`,
    'create unique index linkwright_link_slug on linkwright_link (domain_key, slug_key)',
    `create index linkwright_link_pending on linkwright_link (id) where screening = 'pending'`,
    `create table linkwright_tombstone (
  domain_key ${text} not null,
  slug_key ${text} not null,
  subject ${text} not null,
  at bigint not null,
  primary key (domain_key, slug_key)
)${keyOrdered}`,
    'create index linkwright_tombstone_at on linkwright_tombstone (at)',
    `create table linkwright_rule (
  id ${text} primary key not null,
  owner_id ${text} not null,
  link_id ${text} not null,
  priority integer not null,
  field ${text},
  operator ${text},
  value ${text},
  conditions ${text},
  redirect_url ${text} not null,
  created_at bigint not null,
  updated_at bigint not null,
  unique (link_id, priority),
  foreign key (owner_id, link_id) references linkwright_link (owner_id, id) on delete cascade
)`,
  ]
}

function credentials({ text, serial, keyOrdered }: Engine): string[] {
  return [
    `create table linkwright_token (
  id ${text} primary key not null,
  owner_id ${text} not null,
  subject ${text} not null,
  user_id ${text} not null,
  name ${text} not null,
  prefix ${text} not null,
  scopes ${text} not null,
  hash ${text} not null unique,
  slow_hash ${text},
  created_at bigint not null,
  expires_at bigint,
  revoked_at bigint,
  last_used_at bigint
)`,
    'create index linkwright_token_owner on linkwright_token (owner_id, id)',
    'create index linkwright_token_active on linkwright_token (subject) where revoked_at is null',
    `create table linkwright_key (
  seq ${serial},
  owner_id ${text} not null,
  id ${text} not null,
  sealed ${text} not null,
  created_at bigint not null,
  retired_at bigint,
  unique (owner_id, id)
)`,
    `create table linkwright_nonce (
  owner_id ${text} not null,
  nonce ${text} not null,
  expires_at bigint not null,
  primary key (owner_id, nonce)
)${keyOrdered}`,
    'create index linkwright_nonce_expiry on linkwright_nonce (expires_at)',
    `create table linkwright_usage (
  subject ${text} not null,
  meter ${text} not null,
  period ${text} not null,
  used bigint not null,
  primary key (subject, meter, period)
)${keyOrdered}`,
  ]
}

// Raw clicks have no index but their key: a second one makes folding them eight times slower.
function clicks({ text, keyOrdered, partitionsClicks }: Engine): string[] {
  return [
    `create table linkwright_click (
  id ${text} primary key not null,
  at bigint not null,
  link_id ${text} not null,
  rule_id ${text},
  outcome ${text} not null,
  counted smallint not null,
  bot smallint not null,
  prefetch smallint not null,
  head smallint not null,
  country ${text},
  device ${text},
  browser ${text},
  referrer ${text},
  language ${text},
  visitor ${text} not null
)${partitionsClicks ? ' partition by range (id)' : keyOrdered}`,
    // What belongs to no month that has a partition.
    ...(partitionsClicks ? ['create table linkwright_click_rest partition of linkwright_click default'] : []),
    `create table linkwright_click_hour (
  owner_id ${text} not null,
  link_id ${text} not null,
  hour bigint not null,
  dimension ${text} not null,
  value ${text} not null,
  clicks bigint not null,
  people bigint not null,
  bots bigint not null,
  primary key (link_id, hour, dimension, value),
  foreign key (owner_id, link_id) references linkwright_link (owner_id, id) on delete cascade
)${keyOrdered}`,
    `create table linkwright_click_visitor (
  owner_id ${text} not null,
  link_id ${text} not null,
  day bigint not null,
  visitor ${text} not null,
  hours integer not null,
  primary key (link_id, day, visitor),
  foreign key (owner_id, link_id) references linkwright_link (owner_id, id) on delete cascade
)${keyOrdered}`,
    `create table linkwright_orphan (
  id ${text} primary key not null,
  at bigint not null,
  host ${text} not null,
  slug ${text} not null
)${keyOrdered}`,
    `create table linkwright_salt (
  day ${text} primary key not null,
  salt ${text} not null
)`,
  ]
}

function housekeeping({ text, serial }: Engine): string[] {
  return [
    `create table linkwright_idempotency (
  scope ${text} not null,
  "key" ${text} not null,
  fingerprint ${text} not null,
  status integer not null,
  body ${text} not null,
  sealed smallint not null,
  created_at bigint not null,
  primary key (scope, "key")
)`,
    'create index linkwright_idempotency_created on linkwright_idempotency (created_at)',
    `create table linkwright_change (
  seq ${serial},
  kind ${text} not null,
  domain_id ${text},
  slug ${text},
  host ${text},
  owner_id ${text},
  at bigint not null
)`,
    `create table linkwright_sweep (
  name ${text} primary key not null,
  position ${text} not null
)`,
  ]
}
