// Where a population lives: a storage, and the way past it that fills it.
import { randomBytes } from 'node:crypto'
import type { Caller, Journal, Storage } from '@linkwright/core'
import { type Linkwright, linkwright, PLANS, SCOPES } from 'linkwright'
import type { Bulk } from './bulk.ts'
import type { Population } from './population.ts'

export interface Place {
  readonly storage: Storage
  bulk(): Bulk | Promise<Bulk>
  /** Closes it and removes its data. */
  remove(): Promise<void>
}

/** A place that is filled, and an instance on it. */
export interface Inhabited {
  readonly population: Population
  readonly links: Linkwright
  readonly caller: Caller
  remove(): Promise<void>
}

export const ORIGIN = 'https://go.example.com'

/** Clicks of the visits that are timed are forgotten: folding them would run beside what is timed. */
const nowhere: Journal = { append() {}, drain: async () => 0, pending: 0, async close() {} }
const silent = { debug() {}, info() {}, warn() {}, error() {} }

export function inhabit(place: Place, population: Population): Inhabited {
  const { storage } = place
  const links = linkwright({
    origin: ORIGIN,
    storage,
    secret: randomBytes(32).toString('hex'),
    journal: nowhere,
    // Every visit is the first one.
    cache: { size: 0, misses: 0 },
    logger: silent,
  })
  const { owner } = population
  return {
    population,
    links,
    caller: {
      owner,
      actor: { kind: 'operator', id: owner.id, userId: owner.id },
      scopes: new Set(SCOPES),
      plan: { ...PLANS.premium, linksPerMonth: Number.MAX_SAFE_INTEGER },
    },
    async remove() {
      await links.close()
      await place.remove()
    },
  }
}
