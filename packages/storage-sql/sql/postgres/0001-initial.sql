create table if not exists linkwright_migration (name text primary key not null);

create table linkwright_user (
  id text collate "C" primary key not null,
  email text collate "C" not null unique,
  plan text collate "C" not null,
  created_at bigint not null
);

create table linkwright_project (
  id text collate "C" primary key not null,
  subject text collate "C" not null,
  name text collate "C" not null,
  created_at bigint not null
);

create index linkwright_project_subject on linkwright_project (subject);

create table linkwright_domain (
  seq bigint generated always as identity primary key,
  id text collate "C" not null unique,
  owner_id text collate "C" not null,
  subject text collate "C" not null,
  host text collate "C" not null,
  case_sensitive smallint not null,
  verified_at bigint,
  created_at bigint not null,
  unique (subject, host)
);

create unique index linkwright_domain_verified on linkwright_domain (host) where verified_at is not null;

create table linkwright_link (
  seq bigint generated always as identity primary key,
  id text collate "C" not null unique,
  owner_id text collate "C" not null,
  subject text collate "C" not null,
  domain_id text collate "C" references linkwright_domain (id),
  domain_key text collate "C" not null,
  slug text collate "C" not null,
  slug_key text collate "C" not null,
  destination_url text collate "C" not null,
  title text collate "C",
  ios_url text collate "C",
  android_url text collate "C",
  require_signature smallint not null,
  trust_score integer not null,
  trust_reason text collate "C" not null,
  screening text collate "C" not null,
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
);

create unique index linkwright_link_slug on linkwright_link (domain_key, slug_key);

create index linkwright_link_pending on linkwright_link (id) where screening = 'pending';

create table linkwright_tombstone (
  domain_key text collate "C" not null,
  slug_key text collate "C" not null,
  subject text collate "C" not null,
  at bigint not null,
  primary key (domain_key, slug_key)
);

create index linkwright_tombstone_at on linkwright_tombstone (at);

create table linkwright_rule (
  id text collate "C" primary key not null,
  owner_id text collate "C" not null,
  link_id text collate "C" not null,
  priority integer not null,
  field text collate "C",
  operator text collate "C",
  value text collate "C",
  conditions text collate "C",
  redirect_url text collate "C" not null,
  created_at bigint not null,
  updated_at bigint not null,
  unique (link_id, priority),
  foreign key (owner_id, link_id) references linkwright_link (owner_id, id) on delete cascade
);

create table linkwright_token (
  id text collate "C" primary key not null,
  owner_id text collate "C" not null,
  subject text collate "C" not null,
  user_id text collate "C" not null,
  name text collate "C" not null,
  prefix text collate "C" not null,
  scopes text collate "C" not null,
  hash text collate "C" not null unique,
  slow_hash text collate "C",
  created_at bigint not null,
  expires_at bigint,
  revoked_at bigint,
  last_used_at bigint
);

create index linkwright_token_owner on linkwright_token (owner_id, id);

create index linkwright_token_active on linkwright_token (subject) where revoked_at is null;

create table linkwright_key (
  seq bigint generated always as identity primary key,
  owner_id text collate "C" not null,
  id text collate "C" not null,
  sealed text collate "C" not null,
  created_at bigint not null,
  retired_at bigint,
  unique (owner_id, id)
);

create table linkwright_nonce (
  owner_id text collate "C" not null,
  nonce text collate "C" not null,
  expires_at bigint not null,
  primary key (owner_id, nonce)
);

create index linkwright_nonce_expiry on linkwright_nonce (expires_at);

create table linkwright_usage (
  subject text collate "C" not null,
  meter text collate "C" not null,
  period text collate "C" not null,
  used bigint not null,
  primary key (subject, meter, period)
);

create table linkwright_click (
  id text collate "C" primary key not null,
  at bigint not null,
  link_id text collate "C" not null,
  rule_id text collate "C",
  outcome text collate "C" not null,
  counted smallint not null,
  bot smallint not null,
  prefetch smallint not null,
  head smallint not null,
  country text collate "C",
  device text collate "C",
  browser text collate "C",
  referrer text collate "C",
  language text collate "C",
  visitor text collate "C" not null
) partition by range (id);

create table linkwright_click_rest partition of linkwright_click default;

create table linkwright_click_hour (
  owner_id text collate "C" not null,
  link_id text collate "C" not null,
  hour bigint not null,
  dimension text collate "C" not null,
  value text collate "C" not null,
  clicks bigint not null,
  people bigint not null,
  bots bigint not null,
  primary key (link_id, hour, dimension, value),
  foreign key (owner_id, link_id) references linkwright_link (owner_id, id) on delete cascade
);

create table linkwright_click_visitor (
  owner_id text collate "C" not null,
  link_id text collate "C" not null,
  day bigint not null,
  visitor text collate "C" not null,
  hours integer not null,
  primary key (link_id, day, visitor),
  foreign key (owner_id, link_id) references linkwright_link (owner_id, id) on delete cascade
);

create table linkwright_orphan (
  id text collate "C" primary key not null,
  at bigint not null,
  host text collate "C" not null,
  slug text collate "C" not null
);

create table linkwright_salt (
  day text collate "C" primary key not null,
  salt text collate "C" not null
);

create table linkwright_idempotency (
  scope text collate "C" not null,
  "key" text collate "C" not null,
  fingerprint text collate "C" not null,
  status integer not null,
  body text collate "C" not null,
  sealed smallint not null,
  created_at bigint not null,
  primary key (scope, "key")
);

create index linkwright_idempotency_created on linkwright_idempotency (created_at);

create table linkwright_change (
  seq bigint generated always as identity primary key,
  kind text collate "C" not null,
  domain_id text collate "C",
  slug text collate "C",
  host text collate "C",
  owner_id text collate "C",
  at bigint not null
);

create table linkwright_sweep (
  name text collate "C" primary key not null,
  position text collate "C" not null
);

insert into linkwright_migration (name) values ('0001-initial');
