// What is timed: the product's own functions, below HTTP and its checks of shape, whose constant cost would flatter growth.
import { firstIdAt, type LinkView, type Visit } from '@linkwright/core'
import { type Inhabited, ORIGIN } from './place.ts'
import { ASKED_CLICKS } from './population.ts'

export interface Question {
  readonly name: string
  /** How often it is asked of a size in a round. */
  readonly runs: number
  /** Says why if it grows. */
  readonly reason: string
  /** Prepares one call of it. */
  prepare(place: Inhabited, draw: () => number): () => Promise<unknown>
  /** Takes back what the calls have made, given what they resolved with. */
  undo?(place: Inhabited, made: readonly unknown[]): Promise<void>
}

const PAGE = 50
/** What the recorder folds at a time while many clicks wait. */
const FOLD = 200
const HOUR_MS = 3_600_000
const host = new URL(ORIGIN).host
const HEADERS: Readonly<Record<string, string>> = {
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
  'accept-language': 'en-US,en;q=0.9',
}

let hours = 0

export const QUESTIONS: readonly Question[] = [
  {
    name: 'resolve on a cache miss',
    runs: 600,
    reason:
      'A visit to any of a million links meets four or five pages that SQLite has to read from the file, since its cache of 2 MB holds a thousand links and not a million. With the file mapped into memory (`mmap_size`) it was 1.44 ×: the B-trees’ one or two levels more.',
    prepare({ links, population }, draw) {
      const visit = visitOf(population.link(any(population.links, draw)).slug)
      return async () => {
        const decision = await links.core.redirect.resolve(visit)
        if (decision?.outcome !== 'redirect') throw new Error(`${visit.path} was answered with ${decision?.outcome}`)
      }
    },
  },
  {
    name: 'create',
    runs: 50,
    reason: 'One row in each of four indexes, of which that of slugs is met at random.',
    prepare({ links, caller }, draw) {
      const destinationUrl = `https://www.example.com/new/${Math.floor(draw() * 1e9)}`
      return () => links.core.links.create(caller, { destinationUrl })
    },
    async undo({ links, caller }, made) {
      for (const { id } of made as readonly LinkView[]) await links.core.links.delete(caller, id)
    },
  },
  {
    name: `fold ${FOLD} clicks of as many links`,
    runs: 3,
    reason:
      'Each click is on another link, whose row, hours and visitors lie in pages of their own: all of them are changed, and both engines log a changed page whole. At a thousand links many clicks share a page. So do clicks on links that are busy.',
    prepare({ links, population }, draw) {
      // In an hour of their own, so that no size has rows that others have not.
      const at = population.end + ++hours * HOUR_MS
      const clicks = Array.from({ length: FOLD }, () => {
        // Of links with even numbers: nobody asks for their statistics.
        const link = population.link(2 * any(population.links / 2, draw))
        const [[sample] = []] = population.clicksOf({ ...link, clicks: 1 })
        return { ...sample!, id: firstIdAt(at) + link.id.slice(10, 18) + tail(draw), at }
      })
      return () => links.core.storage.open.clicks.append(clicks, [])
    },
  },
  {
    name: `list, the first ${PAGE}`,
    runs: 60,
    reason: 'A page is read from an index by owner and id.',
    prepare: ({ links, caller }) => list(links.core, caller, undefined),
  },
  {
    name: `list, ${PAGE} anywhere`,
    runs: 60,
    reason:
      'The same rows are read by an index of owner and id, but from pages that are not in SQLite’s cache of 2 MB; those of the first page are. With the file mapped into memory (`mmap_size`) it was 1.21 ×.',
    prepare({ links, caller, population }, draw) {
      // Far enough from the end for a whole page.
      const after = population.link(2 * PAGE + 2 + any(population.links - 2 * PAGE - 2, draw)).id
      return list(links.core, caller, after)
    },
  },
  {
    name: `stats of a link with ${ASKED_CLICKS} clicks`,
    runs: 10,
    reason: 'The roll-ups of one link lie together in the order of their key.',
    prepare({ links, caller, population }, draw) {
      const { id } = population.link(population.asked[any(population.asked.length, draw)]!)
      return stats(links.core, caller, id, ASKED_CLICKS)
    },
  },
  {
    name: 'stats of the most visited link',
    runs: 2,
    reason:
      'This link has a tenth of all clicks, a thousand times as many at 10⁶ links as at 10³: it reads a row for each hour and value, and one for each visitor of a day. The first are bounded by time, visitors are not.',
    prepare({ links, caller, population }) {
      const { id, clicks } = population.link(population.top)
      return stats(links.core, caller, id, clicks)
    },
  },
]

type Core = Inhabited['links']['core']
type Caller = Inhabited['caller']

function list(core: Core, caller: Caller, after: string | undefined) {
  return async () => {
    const { items } = await core.links.list(caller, { includeArchived: false }, { limit: PAGE, after })
    if (items.length !== PAGE) throw new Error(`A page has ${items.length} links`)
  }
}

function stats(core: Core, caller: Caller, id: string, expected: number) {
  return async () => {
    const { clicks } = await core.stats.read(caller, id, undefined, undefined)
    if (clicks !== expected) throw new Error(`${clicks} clicks instead of ${expected}`)
  }
}

function visitOf(slug: string): Visit {
  return {
    method: 'GET',
    host,
    path: `/${slug}`,
    query: '',
    ip: '203.0.113.9',
    trusted: false,
    header: (name) => HEADERS[name],
  }
}

function any(count: number, draw: () => number): number {
  return Math.floor(draw() * count)
}

/** The last eight characters of an id. */
function tail(draw: () => number): string {
  return Math.floor(draw() * 1e8)
    .toString()
    .padStart(8, '0')
}
