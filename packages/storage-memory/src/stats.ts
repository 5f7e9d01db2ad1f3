// Statistics: what a link's counted clicks add up to.
import {
  type Click,
  type Count,
  type Dimension,
  isPerson,
  type Owner,
  type StatsRow,
  type StatsStore,
} from '@linkwright/core'
import { clicksBetween } from './clicks.ts'
import { find } from './links.ts'
import type { Space } from './space.ts'

/** Values that a dimension lists at most. */
const MOST = 100

export function createStatsStore({ tables }: Space, owner: Owner): StatsStore {
  return {
    async read(linkId, from, to) {
      const isOwn = find(tables, owner, linkId) !== undefined
      return addUp(isOwn ? clicksBetween(tables, linkId, from, to) : [])
    },
  }
}

function addUp(clicks: readonly Click[]): StatsRow {
  const people = clicks.filter(isPerson)
  return {
    clicks: clicks.length,
    people: people.length,
    bots: clicks.filter((click) => click.bot).length,
    uniques: new Set(people.filter(isSomebody).map((click) => `${dayOf(click)} ${click.visitor}`)).size,
    days: countBy(clicks, dayOf).sort(byValue),
    dimensions: {
      country: top(clicks, 'country'),
      device: top(clicks, 'device'),
      browser: top(clicks, 'browser'),
      referrer: top(clicks, 'referrer'),
      language: top(clicks, 'language'),
      rule: top(clicks, 'rule'),
    },
  }
}

function top(clicks: readonly Click[], dimension: Dimension): Count[] {
  return countBy(clicks, (click) => (dimension === 'rule' ? click.ruleId : click[dimension]) || null)
    .sort((a, b) => b.clicks - a.clicks || byValue(a, b))
    .slice(0, MOST)
}

function countBy(clicks: readonly Click[], read: (click: Click) => string | null): Count[] {
  return [...Map.groupBy(clicks, read)].map(([value, group]) => ({
    value,
    clicks: group.length,
    people: group.filter(isPerson).length,
  }))
}

/** Who was erased is nobody. */
function isSomebody({ visitor }: Click): boolean {
  return visitor !== ''
}

function byValue(a: Count, b: Count): number {
  return a.value === b.value ? 0 : a.value === null || (b.value !== null && a.value < b.value) ? -1 : 1
}

function dayOf(click: Click): string {
  return new Date(click.at).toISOString().slice(0, 10)
}
