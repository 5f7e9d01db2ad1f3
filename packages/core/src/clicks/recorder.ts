// The recorder: takes visits while they are answered, puts them into the journal, and folds them into storage off the path.
import { setImmediate as nextTick } from 'node:timers/promises'
import type { Clock, MaybePromise, Random } from '../clock.ts'
import type { Ids } from '../ids.ts'
import type { Click, ClickEvent, Orphan, Outcome } from './click.ts'
import { foldClick } from './fold.ts'
import type { Journal } from './journal.ts'
import { pseudonymOf } from './pseudonym.ts'
import { createSalts } from './salts.ts'
import type { ClickStore } from './store.ts'
import { type CountrySource, type ReadAgent, readCountry, refererHost } from './visitor.ts'

/** What the recorder reads of a decision and its visit. */
interface Decided {
  readonly outcome: Outcome
  readonly ruleId: string | null
  readonly link: { readonly id: string } | undefined
}
interface Visited {
  readonly method: string
  readonly ip: string
  readonly trusted: boolean
  header(name: string): string | undefined
}

export interface Recorder {
  /**
   * Never throws and never rejects; what cannot be kept is counted as lost.
   * @returns a promise while the journal writes: the visit is to be answered after it
   */
  push(decision: Decided, visit: Visited, now: number): MaybePromise<void>
  /** A visit to a slug that no link has: sampled, so that scanners do not fill the disk. */
  orphan(host: string, slug: string, now: number): void
  /** Agrees with other processes on today's salt; before the first visit, or a visitor may count twice today. */
  prepare(): Promise<void>
  /** Folds all that waits by now. Throws what storage throws; nothing is lost by that. */
  flush(): Promise<void>
  /** As `flush`, until it is enough: what still waits then stays in the journal. */
  finish(isEnough: () => boolean): Promise<void>
  readonly counts: Readonly<RecorderCounts>
}

export interface RecorderCounts {
  readonly recorded: number
  /** Clicks that were answered but not kept: the journal could not take them, or a port failed on them. */
  readonly lost: number
  readonly pending: number
}

export interface RecorderPorts {
  readonly store: ClickStore
  readonly journal: Journal
  readonly clock: Clock
  readonly ids: Ids
  readonly random: Random
  readonly agent: ReadAgent
  readonly country: CountrySource
}

/** Small batches: a fold holds the writer for about 1 ms, so that API writes do not wait behind it. */
const BATCH = 20
/** While many wait, more at a time, which is cheaper for each: under steady load the queue settles instead of growing. */
const LARGE_BATCH = 200
const BACKLOG = 1_000
/** Characters of a header that are kept. */
const HEADER = 1_000
const ORPHANS_PER_MINUTE = 60

export function createRecorder(ports: RecorderPorts): Recorder {
  const { store, journal, ids, country } = ports
  const salts = createSalts(store, ports.clock, ports.random)
  let recorded = 0
  let lost = 0
  let orphans: Orphan[] = []
  let minute = 0
  let orphansLeft = ORPHANS_PER_MINUTE
  let flushing: Promise<void> | undefined
  let next: Promise<void> | undefined
  let isEnough = () => false

  return {
    get counts() {
      return { recorded, lost, pending: journal.pending }
    },

    push(decision, visit, at) {
      if (decision.link === undefined) return
      try {
        const kept = journal.append(toEvent(decision, decision.link.id, visit, at))
        if (kept instanceof Promise) return kept.catch(lose)
      } catch {
        lose()
      }
    },

    orphan(host, slug, at) {
      const now = Math.floor(at / 60_000)
      if (now !== minute) {
        minute = now
        orphansLeft = ORPHANS_PER_MINUTE
      }
      if (orphansLeft-- > 0 && orphans.length < 10 * ORPHANS_PER_MINUTE) {
        orphans.push({ id: ids(), at, host: host.slice(0, 253), slug })
      }
    },

    prepare: () => salts.agree(),

    flush,

    finish(isEnoughNow) {
      isEnough = isEnoughNow
      return flush()
    },
  }

  /** One at a time. One that is under way may have passed by what came since: whoever asks meanwhile shares the next. */
  function flush(): Promise<void> {
    if (flushing === undefined) {
      flushing = drain().finally(() => {
        flushing = undefined
      })
      return flushing
    }
    next ??= flushing
      .catch(() => {})
      .then(() => {
        next = undefined
        return flush()
      })
    return next
  }

  function lose(): void {
    lost++
  }

  function toEvent(decision: Decided, linkId: string, visit: Visited, at: number): ClickEvent {
    const purpose = visit.header('sec-purpose') ?? visit.header('purpose')
    const userAgent = short(visit.header('user-agent'))
    const told = country.header !== null && visit.trusted ? visit.header(country.header) : undefined
    return {
      id: ids(),
      at,
      linkId,
      ruleId: decision.ruleId,
      outcome: decision.outcome,
      head: visit.method === 'HEAD',
      prefetch: purpose?.includes('prefetch') ?? false,
      visitor: pseudonymOf(salts.of(at), visit.ip, userAgent),
      country: readCountry(country, told, visit.ip),
      userAgent,
      referrer: refererHost(visit.header('referer') ?? ''),
      acceptLanguage: short(visit.header('accept-language')),
    }
  }

  async function drain(): Promise<void> {
    // What comes in meanwhile is left for the next time: folded one by one it would cost many times as much.
    const now = ids()
    if (journal.pending > 0) await salts.agree()
    await foldOrphans()
    let caughtUp = false
    const foldUntilNow = (events: readonly ClickEvent[]) => {
      caughtUp = events.at(-1)!.id > now
      return fold(events)
    }
    const size = () => (journal.pending > BACKLOG ? LARGE_BATCH : BATCH)
    // Storage may answer without ever leaving this tick: let visits in between.
    while (!caughtUp && !isEnough() && (await journal.drain(size(), foldUntilNow)) > 0) await nextTick()
  }

  async function foldOrphans(): Promise<void> {
    if (orphans.length === 0) return
    const batch = orphans
    orphans = []
    try {
      await store.append([], batch)
    } catch (error) {
      orphans = batch.concat(orphans)
      throw error
    }
  }

  async function fold(events: readonly ClickEvent[]): Promise<void> {
    const clicks: Click[] = []
    for (const event of events) {
      const click = tryFold(event, ports.agent)
      if (click !== undefined) clicks.push(click)
    }
    await store.append(clicks, [])
    recorded += clicks.length
    // Only now: a batch that storage did not take is folded again.
    lost += events.length - clicks.length
  }
}

/** What a host's plugs throw about one visitor must not hold up the clicks of all others. */
function tryFold(event: ClickEvent, agent: ReadAgent): Click | undefined {
  try {
    return foldClick(event, agent)
  } catch {
    return undefined
  }
}

/** As much of a header as folding reads; copied, since a slice would keep the whole of it in memory. */
function short(header: string | undefined): string {
  if (header === undefined || header.length <= HEADER) return header ?? ''
  return Buffer.from(header.slice(0, HEADER)).toString()
}
