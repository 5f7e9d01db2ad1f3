// Erasing a visitor, and an owner with all that hangs on it.
import { type EraseStore, type Estate, isPerson, ownerScope, type RowCounts } from '@linkwright/core'
import type { Space } from './space.ts'
import { keep, keyOf, type Table, type Tables } from './tables.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

export function createEraseStore({ tables, write }: Space): EraseStore {
  return {
    async salts() {
      return [...tables.salts.entries()].map(([day, salt]) => ({ day, salt })).sort((a, b) => (a.day < b.day ? -1 : 1))
    },
    visitor: (pseudonym, day) => write((draft) => removeVisitor(draft, pseudonym, day)),
    async countOn(linkIds) {
      return add(linkIds.map((id) => countOn(tables, id)))
    },
    clicks: (linkIds, remove) =>
      write((draft) => {
        const ids = [...draft.clicks.entries()].filter(([, linkId]) => linkIds.has(linkId)).map(([id]) => id)
        if (remove) for (const id of ids) draft.clicks.delete(id)
        return ids.length
      }),
    async countOf(estate) {
      return countEach([...accessOf(tables, estate), ...restOf(tables, estate)])
    },
    removeAccess: (estate) =>
      write((draft) => {
        const access = accessOf(draft, estate)
        for (const id of access[0]!.keys) draft.hashes.delete(draft.tokens.get(id)!.secret.hash)
        return removeEach(access)
      }),
    removeRest: (estate) =>
      write((draft) => {
        const rest = restOf(draft, estate)
        const domains = rest[0]!.keys.map((id) => draft.domains.get(id)!)
        for (const { id, host } of domains) if (draft.hosts.get(host) === id) draft.hosts.delete(host)
        if (estate.subject !== null) draft.emails.delete(draft.users.get(estate.subject)?.email ?? '')
        return { counts: removeEach(rest), hosts: domains.map(({ host }) => host) }
      }),
  }
}

/** Rows of one kind, by their keys. A row may stand for several. */
interface Belonging {
  readonly kind: string
  readonly table: Pick<Table<unknown>, 'delete'>
  readonly keys: readonly string[]
  readonly count?: number
}

/** Tokens come first. */
function accessOf(tables: Tables, { projects, subject }: Estate): readonly Belonging[] {
  const tokens = [...tables.tokens.values()].map(({ token }) => token)
  const own = tokens.filter((token) => isOf(projects, token.ownerId) || token.subject === subject)
  const owners = projects.map(({ id }) => id)
  const count = owners.reduce((sum, id) => sum + (tables.keys.get(id)?.length ?? 0), 0)
  return [
    { kind: 'tokens', table: tables.tokens, keys: own.map(({ id }) => id) },
    { kind: 'keys', table: tables.keys, keys: owners, count },
  ]
}

/** Domains come first. */
function restOf(tables: Tables, { projects, subject }: Estate): readonly Belonging[] {
  const links = [...tables.links.values()].filter(({ link }) => !isOf(projects, link.ownerId))
  const used = new Set(links.map(({ link }) => link.domainId))
  const domains = [...tables.domains.values()].filter(
    (domain) => (isOf(projects, domain.ownerId) || domain.subject === subject) && !used.has(domain.id),
  )
  const firstOf = (key: string) => (JSON.parse(key) as readonly string[])[0]!
  const scopes = projects.map(({ id }) => ownerScope(id))
  const hasUser = subject !== null && tables.users.get(subject) !== undefined
  return [
    { kind: 'domains', table: tables.domains, keys: domains.map(({ id }) => id) },
    { kind: 'nonces', table: tables.nonces, keys: keysOf(tables.nonces, (key) => isOf(projects, firstOf(key))) },
    { kind: 'usage', table: tables.usage, keys: keysOf(tables.usage, (key) => firstOf(key) === subject) },
    {
      kind: 'replies',
      table: tables.replies,
      keys: keysOf(tables.replies, (key) => scopes.some((scope) => firstOf(key).startsWith(scope))),
    },
    { kind: 'projects', table: tables.projects, keys: keysOf(tables.projects, (id) => isOf(projects, id)) },
    { kind: 'users', table: tables.users, keys: hasUser ? [subject] : [] },
  ]
}

function removeVisitor(tables: Tables, pseudonym: string, day: number | null) {
  const days = new Set<string>()
  let clicks = 0
  for (const [key, hour] of [...tables.hours.entries()]) {
    const isTheirs = (one: (typeof hour)[number]) =>
      one.visitor === pseudonym && (day === null || Math.floor(one.at / DAY_MS) * DAY_MS === day)
    const theirs = hour.filter(isTheirs)
    if (theirs.length === 0) continue
    clicks += theirs.length
    for (const one of theirs) if (isPerson(one)) days.add(keyOf(one.linkId, Math.floor(one.at / DAY_MS)))
    tables.hours.set(key, keep(hour.map((one) => (isTheirs(one) ? { ...one, visitor: '' } : one))))
  }
  return { clicks, visitors: days.size }
}

function countOn(tables: Tables, linkId: string): RowCounts {
  const hours = tables.linkHours.get(linkId) ?? []
  const clicks = hours.flatMap((hour) => tables.hours.get(keyOf(linkId, hour)) ?? [])
  const people = clicks.filter((click) => isPerson(click) && click.visitor !== '')
  const visitors = new Set(people.map(({ at, visitor }) => keyOf(Math.floor(at / DAY_MS), visitor)))
  return { rules: tables.rules.get(linkId)?.length ?? 0, hours: hours.length, visitors: visitors.size }
}

function countEach(belongings: readonly Belonging[]): RowCounts {
  return Object.fromEntries(belongings.map(({ kind, keys, count }) => [kind, count ?? keys.length]))
}

function removeEach(belongings: readonly Belonging[]): RowCounts {
  const counts = countEach(belongings)
  for (const { table, keys } of belongings) for (const key of keys) table.delete(key)
  return counts
}

function add(all: readonly RowCounts[]): RowCounts {
  const sum = { rules: 0, hours: 0, visitors: 0 }
  for (const { rules = 0, hours = 0, visitors = 0 } of all) {
    sum.rules += rules
    sum.hours += hours
    sum.visitors += visitors
  }
  return sum
}

function keysOf(table: Table<unknown>, test: (key: string) => boolean): readonly string[] {
  return [...table.entries()].map(([key]) => key).filter(test)
}

function isOf(projects: Estate['projects'], ownerId: string): boolean {
  return projects.some(({ id }) => id === ownerId)
}
