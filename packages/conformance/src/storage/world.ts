// What tests are made of: a storage, fresh owners, and rows with sensible fields.

import { randomBytes } from 'node:crypto'
import {
  type Click,
  createIds,
  type Domain,
  type Ids,
  type Link,
  type LinkRow,
  type NewLinkRow,
  type Owner,
  type Rule,
  type SigningKey,
  type Storage,
  type Token,
} from '@linkwright/core'
import { linkRow } from '../sample.ts'

/** 2026-11-22 10:00 UTC, a full hour. */
export const NOW = Date.UTC(2026, 10, 22, 10)
export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS
/** Tombstones younger than this hold their slugs in tests that are not about them. */
export const TOMBSTONES_SINCE = NOW - 30 * DAY_MS

type RuleRow = Omit<Rule, 'priority'>

export interface World {
  readonly storage: Storage
  /** Ids that rise, all of the same millisecond. */
  readonly id: Ids
  /** A new project, of a new user unless a subject is given. */
  addOwner(subject?: string): Promise<Owner>
  linkRow(owner: Owner, fields?: Partial<LinkRow>): LinkRow
  newLink(row: LinkRow, slugKey?: string): NewLinkRow
  addLink(owner: Owner, fields?: Partial<LinkRow>): Promise<Link>
  ruleRow(linkId: string, fields?: Partial<RuleRow>): RuleRow
  addRule(owner: Owner, linkId: string, fields?: Partial<RuleRow>): Promise<Rule>
  domainRow(owner: Owner, fields?: Partial<Domain>): Omit<Domain, 'seq'>
  addDomain(owner: Owner, fields?: Partial<Domain>): Promise<Domain>
  token(owner: Owner, fields?: Partial<Token>): Token
  key(owner: Owner, fields?: Partial<SigningKey>): SigningKey
  click(linkId: string, fields?: Partial<Click>): Click
}

export function createWorld(storage: Storage): World {
  const id = createIds(
    () => NOW,
    (bytes) => randomBytes(bytes),
  )
  const world: World = {
    storage,
    id,
    async addOwner(subject) {
      const owner = { id: id(), subject: subject ?? id() }
      if (subject === undefined) {
        const email = `${owner.subject.toLowerCase()}@example.com`
        await storage.directory.insertUser({ id: owner.subject, email, plan: 'premium', createdAt: NOW })
      }
      await storage.directory.ensureProject({ ...owner, name: 'Project', createdAt: NOW })
      return owner
    },
    linkRow: (owner, fields) =>
      linkRow({ id: id(), ownerId: owner.id, slug: `s${id()}`, createdAt: NOW, updatedAt: NOW, ...fields }),
    newLink: (link, slugKey = link.slug) => ({ link, slugKey, tombstonesSince: TOMBSTONES_SINCE }),
    addLink: (owner, fields) => storage.of(owner).links.insert(world.newLink(world.linkRow(owner, fields))),
    ruleRow: (linkId, fields) => ({
      id: id(),
      linkId,
      field: 'country',
      operator: 'equals',
      value: 'DE',
      conditions: null,
      redirectUrl: 'https://example.com/de',
      createdAt: NOW,
      updatedAt: NOW,
      ...fields,
    }),
    async addRule(owner, linkId, fields) {
      const rule = await storage.of(owner).rules.append(world.ruleRow(linkId, fields), 1000)
      if (typeof rule !== 'object') throw new Error(`The rule was not added: ${rule}`)
      return rule
    },
    domainRow: (owner, fields) => ({
      id: id(),
      ownerId: owner.id,
      subject: owner.subject,
      host: `${id().toLowerCase()}.example.com`,
      caseSensitive: true,
      verifiedAt: null,
      createdAt: NOW,
      ...fields,
    }),
    async addDomain(owner, fields) {
      const domain = await storage.of(owner).domains.insert(world.domainRow(owner, fields))
      if (domain === undefined) throw new Error('The domain was not added')
      return domain
    },
    token: (owner, fields) => ({
      id: id(),
      ownerId: owner.id,
      subject: owner.subject,
      userId: owner.subject,
      name: 'Token',
      prefix: 'lw_pk_abcdef',
      scopes: ['links:read', 'links:write'],
      createdAt: NOW,
      expiresAt: null,
      revokedAt: null,
      lastUsedAt: null,
      ...fields,
    }),
    key: (owner, fields) => ({
      id: id(),
      ownerId: owner.id,
      sealed: 'sealed',
      createdAt: NOW,
      retiredAt: null,
      ...fields,
    }),
    click: (linkId, fields) => ({
      id: id(),
      at: NOW,
      linkId,
      ruleId: null,
      outcome: 'redirect',
      counted: true,
      bot: false,
      prefetch: false,
      head: false,
      country: null,
      device: null,
      browser: null,
      referrer: null,
      language: null,
      visitor: 'visitor',
      ...fields,
    }),
  }
  return world
}

/** Runs the work n times at once. */
export function parallel<T>(n: number, work: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: n }, (_, index) => work(index)))
}

/** Reads a list to its end, page by page. */
export async function readAll<Row>(
  limit: number,
  list: (page: { limit: number; after?: string }) => Promise<{ items: readonly Row[]; next: string | null }>,
): Promise<Row[]> {
  const rows: Row[] = []
  for (let after: string | null | undefined; after !== null; ) {
    const page = await list(after === undefined ? { limit } : { limit, after })
    rows.push(...page.items)
    if (after !== undefined && page.next === after) throw new Error('The list does not end')
    after = page.next
  }
  return rows
}
