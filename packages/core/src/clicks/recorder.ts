// The recorder: takes visits synchronously, keeps them in a bounded buffer, and folds them into storage off the path.
import { setImmediate as nextTick } from 'node:timers/promises'
import type { Random } from '../clock.ts'
import type { Ids } from '../ids.ts'
import type { Click, ClickEvent, Orphan, Outcome } from './click.ts'
import { dayOf, type FoldSources, foldClick } from './fold.ts'
import type { ClickStore } from './store.ts'

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
  /** Never waits and never throws; what does not fit is counted as lost. */
  push(decision: Decided, visit: Visited, now: number): void
  /** A visit to a slug that no link has: sampled, so that scanners do not fill the disk. */
  orphan(host: string, slug: string, now: number): void
  /** Folds all that is waiting. Throws what storage throws; nothing is lost by that. */
  flush(): Promise<void>
  readonly counts: Readonly<RecorderCounts>
}

export interface RecorderCounts {
  recorded: number
  /** Clicks that were answered but not kept: the buffer was full, or a port failed on them. */
  lost: number
  pending: number
}

export interface RecorderPorts extends FoldSources {
  readonly store: ClickStore
  readonly ids: Ids
  readonly random: Random
  /** Clicks kept in memory at most. */
  readonly capacity: number
}

/** Small batches: a fold holds the writer for about 1 ms, so that API writes do not wait behind it. */
const BATCH = 20
/** While many wait, more at a time, which is cheaper for each: under steady load the queue settles instead of filling up. */
const LARGE_BATCH = 200
const BACKLOG = 5_000
const SALT_BYTES = 32
/** Characters of a header that are kept. */
const HEADER = 1_000
const DAY_MS = 86_400_000
const ORPHANS_PER_MINUTE = 60

export function createRecorder(ports: RecorderPorts): Recorder {
  const { store, ids, capacity } = ports
  const counts: RecorderCounts = { recorded: 0, lost: 0, pending: 0 }
  let clicks: ClickEvent[] = []
  let orphans: Orphan[] = []
  let minute = 0
  let orphansLeft = ORPHANS_PER_MINUTE
  let flushing: Promise<void> | undefined
  let salt: { readonly day: number; readonly value: string } | undefined

  return {
    counts,

    push({ outcome, ruleId, link }, visit, at) {
      if (link === undefined) return
      if (counts.pending >= capacity) {
        counts.lost++
        return
      }
      counts.pending++
      const purpose = visit.header('sec-purpose') ?? visit.header('purpose')
      const { header } = ports.country
      clicks.push({
        id: ids(),
        at,
        linkId: link.id,
        ruleId,
        outcome,
        head: visit.method === 'HEAD',
        prefetch: purpose?.includes('prefetch') ?? false,
        ip: visit.ip,
        country: header !== null && visit.trusted ? (visit.header(header) ?? null) : null,
        userAgent: short(visit.header('user-agent')),
        referer: short(visit.header('referer')),
        acceptLanguage: short(visit.header('accept-language')),
      })
    },

    orphan(host, slug, at) {
      const now = Math.floor(at / 60_000)
      if (now !== minute) {
        minute = now
        orphansLeft = ORPHANS_PER_MINUTE
      }
      if (orphansLeft-- > 0 && orphans.length < capacity)
        orphans.push({ id: ids(), at, host: host.slice(0, 253), slug })
    },

    flush() {
      flushing ??= drain().finally(() => {
        flushing = undefined
      })
      return flushing
    },
  }

  async function drain(): Promise<void> {
    while (clicks.length > 0 || orphans.length > 0) {
      const batch = clicks
      const lone = orphans
      clicks = []
      orphans = []
      let done = 0
      try {
        for (let size = 0; done < batch.length || (done === 0 && lone.length > 0); done += size) {
          size = counts.pending > BACKLOG ? LARGE_BATCH : BATCH
          const events = batch.slice(done, done + size)
          const folded: Click[] = []
          for (const event of events) {
            const click = tryFold(event, await saltOf(event.at), ports)
            if (click !== undefined) folded.push(click)
          }
          await store.append(folded, done === 0 ? lone : [])
          counts.pending -= events.length
          counts.recorded += folded.length
          // Only now: a batch that storage did not take is folded again.
          counts.lost += events.length - folded.length
          // Storage may answer without ever leaving this tick: let visits in between.
          await nextTick()
        }
      } catch (error) {
        // Given again next time: ids make that harmless.
        clicks = batch.slice(done).concat(clicks)
        if (done === 0) orphans = lone.concat(orphans)
        throw error
      }
    }
  }

  /** All processes share the first salt that one of them drew for the day. */
  async function saltOf(at: number): Promise<string> {
    const day = Math.floor(at / DAY_MS)
    if (salt?.day !== day) {
      salt = { day, value: await store.salt(dayOf(at), Buffer.from(ports.random(SALT_BYTES)).toString('base64url')) }
    }
    return salt.value
  }
}

/** What a host's plugs throw about one visitor must not hold up the clicks of all others. */
function tryFold(event: ClickEvent, salt: string, sources: FoldSources): Click | undefined {
  try {
    return foldClick(event, salt, sources)
  } catch {
    return undefined
  }
}

/** As much of a header as folding reads; copied, since a slice would keep the whole of it in memory. */
function short(header: string | undefined): string {
  if (header === undefined || header.length <= HEADER) return header ?? ''
  return Buffer.from(header.slice(0, HEADER)).toString()
}
