// The tables: what each holds, and how its rows and keys are made.
import type {
  Click,
  Domain,
  IdempotencyRecord,
  Link,
  Project,
  Rule,
  SigningKey,
  Token,
  TokenSecret,
  User,
} from '@linkwright/core'

export interface LinkRecord {
  readonly link: Link
  readonly slugKey: string
  readonly subject: string
  /** Clicks taken of `maxClicks`. */
  readonly claims: number
}

interface TokenRecord {
  readonly token: Token
  readonly secret: TokenSecret
}

interface Tombstone {
  readonly subject: string
  readonly at: number
}

interface WindowCount {
  readonly window: number
  readonly used: number
}

/** What each table holds, all by text keys. A list that is always read whole is one row. */
interface Rows {
  users: User
  /** User ids by e-mail address. */
  emails: string
  projects: Project
  links: LinkRecord
  /** Link ids by domain and slug key. */
  slugs: string
  tombstones: Tombstone
  /** Rules of a link in their order. */
  rules: readonly Rule[]
  /** Link ids by rule. */
  ruleLinks: string
  domains: Domain
  /** Ids of verified domains by host. */
  hosts: string
  tokens: TokenRecord
  /** Token ids by digest. */
  hashes: string
  /** Signing keys of an owner, newest first. */
  keys: readonly SigningKey[]
  /** When each used nonce expires. */
  nonces: number
  usage: number
  /** Calls counted by key and window. */
  windows: WindowCount
  /** Link ids by click: which clicks have been counted. */
  clicks: string
  /** Counted clicks by link and hour. */
  hours: readonly Click[]
  /** Hours of a link that have clicks. */
  linkHours: readonly number[]
  salts: string
  replies: IdempotencyRecord
  /** The last number given out by each counter. */
  counters: number
}

/** As much of a Map as is needed; a Map is one. Rows are frozen, so that layers can share them. */
export interface Table<Row> {
  get(key: string): Row | undefined
  set(key: string, row: Row): unknown
  delete(key: string): unknown
  entries(): Iterable<[string, Row]>
  values(): Iterable<Row>
}

export type Tables = { readonly [Name in keyof Rows]: Table<Rows[Name]> }

export function createTables(): Tables {
  return eachTable(() => new Map())
}

/** Makes one of everything. */
export function eachTable(table: <Name extends keyof Rows>(name: Name) => Table<Rows[Name]>): Tables {
  return {
    users: table('users'),
    emails: table('emails'),
    projects: table('projects'),
    links: table('links'),
    slugs: table('slugs'),
    tombstones: table('tombstones'),
    rules: table('rules'),
    ruleLinks: table('ruleLinks'),
    domains: table('domains'),
    hosts: table('hosts'),
    tokens: table('tokens'),
    hashes: table('hashes'),
    keys: table('keys'),
    nonces: table('nonces'),
    usage: table('usage'),
    windows: table('windows'),
    clicks: table('clicks'),
    hours: table('hours'),
    linkHours: table('linkHours'),
    salts: table('salts'),
    replies: table('replies'),
    counters: table('counters'),
  }
}

/** A frozen copy: nobody holds a row that can change. */
export function keep<Row>(row: Row): Row {
  return deepFreeze(structuredClone(row))
}

/** A key of several parts that no other parts can spell. */
export function keyOf(...parts: readonly (string | number | null)[]): string {
  return JSON.stringify(parts)
}

/** The next number of a counter, from 1. */
export function nextNumber(tables: Tables, counter: 'links' | 'domains'): number {
  const next = (tables.counters.get(counter) ?? 0) + 1
  tables.counters.set(counter, next)
  return next
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const part of Object.values(value)) deepFreeze(part)
  }
  return value
}
