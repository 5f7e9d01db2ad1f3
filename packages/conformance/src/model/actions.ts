// What the two owners of the model may do. Every action picks from few things, so that the owners often meet.
import { type OwnedStorage, type Owner, type Ref, SlugTaken } from '@linkwright/core'
import { createWorld } from '../storage/world.ts'
import type { Side } from './side.ts'

/** Ids of everything that anyone has tried to make: mostly rows, of either owner, some of them deleted. */
export interface Names {
  /** Sets the slugs and hosts of a run apart from those of others. */
  readonly prefix: string
  readonly links: string[]
  readonly rules: string[]
  readonly domains: string[]
}

interface Turn {
  readonly side: Side
  readonly owner: Owner
  readonly own: OwnedStorage
  readonly picks: readonly [number, number, number]
  readonly newId: string
  /** Rises with every step. */
  readonly now: number
  readonly names: Names
}

type Action = (turn: Turn) => Promise<unknown>

const MONTH = '2026-11'
/** Steps for which a deleted slug is held. */
const HELD = 5

export const ACTIONS = {
  async 'links.insert'({ side, owner, own, picks: [slug, place, kind], newId, now, names }) {
    // Links live on no domain, or on the first one that their plan subject has.
    const domain = place < 2 ? (await own.domains.list({ limit: 1 })).items[0] : undefined
    const link = createWorld(side.storage).linkRow(owner, {
      id: newId,
      domainId: domain?.id ?? null,
      slug: slugOf(names, slug),
      maxClicks: kind < 3 ? kind + 1 : null,
      archivedAt: kind === 4 ? now : null,
    })
    return own.links.insert({ link, slugKey: link.slug, tombstonesSince: now - HELD }).catch((error: unknown) => {
      if (error instanceof SlugTaken) return 'taken'
      throw error
    })
  },
  'links.get': (turn) => turn.own.links.get(linkRef(turn)),
  'links.list': ({ own, picks: [limit, from, archived], names }) => {
    const after = from < 3 ? names.links[from] : undefined
    const page = after === undefined ? { limit: limit + 1 } : { limit: limit + 1, after }
    return own.links.list({ includeArchived: archived < 3 }, page)
  },
  'links.update': (turn) => {
    const { now, picks } = turn
    const kinds = [
      { title: `title ${now}` },
      { maxClicks: 2 },
      { maxClicks: null },
      { archivedAt: now },
      { disabled: true },
      {},
    ]
    return turn.own.links.update(linkRef(turn), { ...kinds[picks[2]], updatedAt: now })
  },
  'links.delete': (turn) => turn.own.links.delete(linkRef(turn), turn.now),
  'links.isFree': ({ own, picks: [slug], now, names }) => own.links.isFree(null, slugOf(names, slug), now - HELD),
  'links.claimClick': ({ side, picks: [link], names }) => side.storage.open.links.claimClick(nameOf(names.links, link)),

  'rules.append': ({ side, own, picks: [link, cap], newId, names }) => {
    const rule = createWorld(side.storage).ruleRow(nameOf(names.links, link), { id: newId })
    return own.rules.append(rule, cap)
  },
  'rules.get': ({ own, picks: [rule], names }) => own.rules.get(nameOf(names.rules, rule)),
  'rules.list': ({ own, picks: [link], names }) => own.rules.list(nameOf(names.links, link)),
  'rules.update': ({ own, picks: [rule], now, names }) =>
    own.rules.update(nameOf(names.rules, rule), { value: `value ${now}`, updatedAt: now }),
  'rules.delete': ({ own, picks: [rule], names }) => own.rules.delete(nameOf(names.rules, rule)),
  async 'rules.reorder'({ own, picks: [link, kind, foreign], now, names }) {
    const linkId = nameOf(names.links, link)
    const ids = ((await own.rules.list(linkId)) ?? []).map(({ id }) => id)
    const wanted = kind < 4 ? ids.toReversed() : [...ids.slice(1), nameOf(names.rules, foreign)]
    return own.rules.reorder(linkId, wanted, now)
  },

  'usage.reserve': ({ own, picks: [n, limit] }) => own.usage.reserve('links', MONTH, limit * 3, n + 1),
  'usage.read': ({ own }) => own.usage.read('links', MONTH),
  'usage.set': ({ own, picks: [value] }) => own.usage.set('links', MONTH, value),

  'domains.insert': ({ side, owner, own, picks: [host, caseSensitive], newId, names }) => {
    const fields = { id: newId, host: hostOf(names, host), caseSensitive: caseSensitive < 3 }
    return own.domains.insert(createWorld(side.storage).domainRow(owner, fields))
  },
  'domains.get': ({ own, picks: [domain], names }) => own.domains.get(nameOf(names.domains, domain)),
  'domains.list': ({ own, picks: [limit] }) => own.domains.list({ limit: limit + 1 }),
  'domains.verify': ({ own, picks: [domain], now, names }) => own.domains.verify(nameOf(names.domains, domain), now),
  async 'domains.byHost'({ side, picks: [host], names }) {
    return (await side.storage.open.domains.byHost(hostOf(names, host)))?.id
  },
} as const satisfies Readonly<Record<string, Action>>

export type ActionName = keyof typeof ACTIONS

/** One of the latest few names, so that most of what is picked is still there. */
function nameOf(ids: readonly string[], pick: number): string {
  return ids.at(-1 - pick) ?? ids[0] ?? 'nothing yet'
}

function linkRef({ side, picks: [link, kind], names }: Turn): Ref {
  const id = nameOf(names.links, link)
  return kind < 4 ? id : side.numberOf(id)
}

function slugOf({ prefix }: Names, pick: number): string {
  return `${prefix}${pick % 4}`
}

function hostOf({ prefix }: Names, pick: number): string {
  return `${prefix.toLowerCase()}-${pick % 2}.example.com`
}
