// From the samples of all rounds to rows: throughput, processor time and latencies, each over the bare server's.
import { BARE } from './contenders.ts'
import { type Measured, measuredRow, type Row } from './rows.ts'
import { median } from './statistics.ts'

export interface Sample {
  readonly perSecond: number
  /** Server's processor time a request (µs). */
  readonly cpu: number | null
  /** Share of one core that the server used. */
  readonly busy: number | null
  /** Share of all processors that others used just before. */
  readonly others: number
  readonly p50: number | null
  readonly p99: number | null
}

type Goal = NonNullable<Measured['goal']>

/** Below this the load or other programs set the pace, and requests a second say nothing of the server. */
const SATURATED = 0.9
const JUDGED = 'standalone, 5 rules'
const GOALS: Readonly<Record<'perSecond' | 'cpu', Goal>> = {
  perSecond: { text: 'at least 0.93', isMet: (_, ratio) => ratio >= 0.93 },
  // The same share of a busy core, told in time.
  cpu: { text: 'at most 1.075', isMet: (_, ratio) => ratio <= 1 / 0.93 },
}

export function timedRows(name: string, samples: ReadonlyMap<string, readonly Sample[]>): Row[] {
  const column = (of: string, key: keyof Sample) => samples.get(of)!.map((sample) => sample[key])
  const row = (key: keyof Sample, label: string, unit: string, goal?: Goal): Row[] => {
    const mine = column(name, key).filter((value) => value !== null)
    const bare = column(BARE, key).filter((value) => value !== null)
    if (mine.length === 0 || bare.length !== mine.length) return []
    const baseline = name === BARE ? undefined : { name: BARE, samples: bare }
    return [
      measuredRow({
        work: `${name}: ${label}`,
        unit,
        samples: mine,
        ...(baseline === undefined ? {} : { baseline }),
        ...(goal === undefined ? {} : { goal }),
      }),
    ]
  }
  const idle = [name, BARE].some((of) => column(of, 'busy').some((busy) => busy !== null && busy < SATURATED))
  const goals = name === JUDGED ? GOALS : undefined
  return [
    ...row(
      'perSecond',
      idle ? 'throughput (a server had idle time)' : 'throughput',
      'requests/s',
      idle ? undefined : goals?.perSecond,
    ),
    ...row('cpu', 'processor', 'µs/request', idle ? goals?.cpu : undefined),
    ...row('p50', 'p50', 'ms'),
    ...row('p99', 'p99', 'ms'),
  ]
}

/** Not a result: says how far the others are to be believed. */
export function othersRow(samples: ReadonlyMap<string, readonly Sample[]>): Row {
  const shares = [...samples.values()].flat().map(({ others }) => others * 100)
  return {
    work: 'used by others just before each sample',
    value: median(shares),
    unit: '% of the machine',
    baseline: null,
    ratio: null,
  }
}
