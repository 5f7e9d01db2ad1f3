// linkwright clicks: statistics against the raw rows that they were counted from.
import type { Discrepancy, RecountReport, RecountSpan } from '@linkwright/core'
import { presentId, presentOptionalTime } from '@linkwright/http'
import type { Command } from 'commander'
import { UsageError } from '../values.ts'
import type { Table } from './output.ts'
import { linkOf, type Session, withSession } from './session.ts'

interface Options {
  readonly from?: number
  readonly to?: number
  readonly link?: string
  readonly dryRun?: boolean
  readonly json?: boolean
}

interface Recounted {
  readonly report: RecountReport
  /** The first of them. */
  readonly listed: readonly Discrepancy[]
  readonly found: number
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Differences that are shown. */
const LISTED = 1_000
/** Progress is told of what takes longer, and this often. */
const PROGRESS_MS = 2_000

export function addClicks(program: Command): void {
  const clicks = program.command('clicks').description('statistics and the raw clicks behind them')

  addRange(clicks.command('verify'))
    .description('recount statistics from raw clicks, and say where they differ')
    .option('--json', 'print one JSON object')
    .action((options: Options) =>
      withSession(options.json, async (session) => {
        const recounted = await recount(session, options, 'verify')
        const shown = { ...present(recounted.report), found: recounted.found, differences: list(recounted) }
        session.output.print(shown, tableOf(recounted, 'differ'))
        if (recounted.found > 0) {
          throw new Error(`${recounted.found} counts differ from raw clicks: "linkwright clicks rebuild" mends them`)
        }
      }),
    )

  addRange(clicks.command('rebuild'))
    .description('count anew from raw clicks what verify finds to differ')
    .option('--dry-run', 'change nothing, and say what would be changed')
    .option('--json', 'print one JSON object')
    .action((options: Options) =>
      withSession(options.json, async (session) => {
        const dryRun = options.dryRun === true
        const recounted = await recount(session, options, dryRun ? 'verify' : 'rebuild')
        const shown = { ...present(recounted.report), dryRun, found: recounted.found, changes: list(recounted) }
        session.output.print(shown, tableOf(recounted, dryRun ? 'would be changed' : 'were changed'))
      }),
    )
}

function addRange(command: Command): Command {
  return command
    .option('--from <day>', 'first day, UTC (default: the first with all its raw clicks)', (text) =>
      readDay(text, '--from'),
    )
    .option('--to <day>', 'last day, UTC (default: today)', (text) => readDay(text, '--to'))
    .option('--link <link>', 'one link alone, by id, slug or address')
}

async function recount(session: Session, options: Options, what: 'verify' | 'rebuild'): Promise<Recounted> {
  const span = await readSpan(session, options)
  const listed: Discrepancy[] = []
  let found = 0
  const progress = createProgress()
  const report = await session.core.storage.operator.recount[what](span, {
    found(discrepancy) {
      found++
      if (listed.length < LISTED) listed.push(discrepancy)
    },
    progress: progress.tell,
  })
  progress.end()
  return { report, listed, found }
}

/** Raw clicks that are just being swept are not asked for. */
async function readSpan(session: Session, { from, to, link }: Options): Promise<RecountSpan> {
  if (from !== undefined && to !== undefined && from > to) throw new UsageError('--from must not be later than --to')
  const { retentionDays } = session.config.clicks
  const now = session.core.clock()
  const kept = retentionDays === undefined ? 0 : Math.ceil((now - retentionDays * DAY_MS) / HOUR_MS + 1) * HOUR_MS
  const today = Math.floor(now / DAY_MS) * DAY_MS
  return {
    from: Math.max(from ?? 0, kept),
    to: Math.min(to ?? today, today) + DAY_MS,
    linkId: link === undefined ? null : (await linkOf(session, link)).id,
  }
}

function readDay(text: string, name: string): number {
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(at) || at < 0) throw new UsageError(`${name} must be a day such as 2026-11-22`)
  return at
}

function present({ from, to, hours, clicks, links, leftOut }: RecountReport) {
  return {
    checked: { from: presentOptionalTime(from), to: presentOptionalTime(to), hours, clicks, links },
    leftOut: leftOut.map(presentOptionalTime),
  }
}

function list({ listed }: Recounted) {
  return listed.map(({ linkId, kind, hour, value, stored, recounted }) => ({
    linkId: presentId('lnk_', linkId),
    hour: presentOptionalTime(hour),
    dimension: kind,
    value,
    stored,
    recounted,
  }))
}

function tableOf(recounted: Recounted, verb: string): Table {
  const { report, found } = recounted
  const { from, to, hours, clicks, links } = present(report).checked
  const range =
    from === null ? 'no hour has all its raw clicks' : `${hours} hours from ${from} to ${to}, ${clicks} raw clicks`
  const notes = [`${found} counts ${verb}${found > recounted.listed.length ? `, ${LISTED} of them shown` : ''}`]
  notes.push(`checked: ${range}; own counts of ${links} links`)
  const leftOut = report.leftOut.map(presentOptionalTime)
  if (leftOut.length > 0) notes.push(`left out, recorded while a clock was wrong: ${leftOut.join(', ')}`)
  return {
    columns: ['link', 'hour', 'dimension', 'value', 'stored', 'recounted'],
    rows: list(recounted).map((one) => [
      ...[one.linkId, one.hour, one.dimension, one.value],
      ...[showCounts(one.stored), showCounts(one.recounted)],
    ]),
    note: notes.join('\n'),
  }
}

function showCounts(counts: Discrepancy['stored']): string | null {
  return (
    counts &&
    Object.entries(counts)
      .map(([name, n]) => `${name} ${n}`)
      .join(' ')
  )
}

/** A line on the terminal that is written over; nothing where nobody looks. */
function createProgress() {
  let told = Date.now()
  let isShown = false
  return {
    tell(done: number, of: number): void {
      if (!process.stderr.isTTY || Date.now() - told < PROGRESS_MS) return
      told = Date.now()
      isShown = true
      process.stderr.write(`\r${done} of ${of} hours`)
    },
    end(): void {
      if (isShown) process.stderr.write('\r\u001b[K')
    },
  }
}
