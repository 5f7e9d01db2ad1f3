// Holds a ledger against the database: what was acknowledged is there, once, and counted as often as it happened.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Judge } from './findings.ts'
import type { Attempt } from './ledger.ts'
import type { Person } from './office.ts'
import { refererOf } from './requests.ts'
import type { Stage } from './stage.ts'
import { until } from './visits.ts'

/** A click is in the statistics within 2 s; after crashes, others have to find first what the dead have left. */
const FOLDED_MS = 45_000
/** So long after the last click was folded, one that is folded twice shows. */
const TWICE_MS = 1_500

export async function compareLinks(
  { database }: Stage,
  judge: Judge,
  people: readonly Person[],
  attempts: readonly Attempt[],
): Promise<void> {
  const creations = attempts.filter(({ role }) => role === 'create')
  const acknowledged = new Map<string, Set<string>>()
  for (const { what, answer } of creations) {
    if (answer?.link !== undefined)
      acknowledged.set(what, (acknowledged.get(what) ?? new Set()).add(bareId(answer.link)))
  }
  const rows = await database.rows("select id, title from linkwright_link where title like 'l%'")
  const ids = new Set(rows.map(({ id }) => String(id)))
  const keys = new Set(creations.map(({ what }) => what))
  const links = [...acknowledged.values()].flatMap((made) => [...made])
  judge.none(
    'acknowledged links lost',
    links.filter((id) => !ids.has(id)),
    acknowledged.size,
  )
  judge.none('links made twice for one idempotency key', repeated(rows.map(({ title }) => String(title))), keys.size)
  judge.none(
    'acknowledgements of one key that differ',
    [...acknowledged].flatMap(([key, made]) => (made.size > 1 ? [key] : [])),
  )
  judge.none('quota counters that are not the links made', await wrongQuotas(database, people), people.length)
}

async function wrongQuotas(database: Stage['database'], people: readonly Person[]): Promise<string[]> {
  const read = async (sql: string) =>
    new Map((await database.rows(sql)).map(({ subject, n }) => [String(subject), Number(n)]))
  const used = await read("select subject, sum(used) as n from linkwright_usage where meter = 'links' group by subject")
  const made = await read('select subject, count(*) as n from linkwright_link group by subject')
  return people.flatMap(({ id }) => {
    const [counter, links] = [used.get(id) ?? 0, made.get(id) ?? 0]
    return counter === links ? [] : [`counter ${counter}, links ${links}`]
  })
}

/** For writers that had the time to try until they were answered. */
export function compareAcknowledged(judge: Judge, attempts: readonly Attempt[]): void {
  const creations = attempts.filter(({ role }) => role === 'create')
  const done = new Set(creations.filter(({ answer }) => answer?.link !== undefined).map(({ what }) => what))
  const open = new Set(creations.map(({ what }) => what).filter((key) => !done.has(key)))
  judge.none('creations that were never acknowledged', [...open], done.size + open.size)
}

/** @param toldLost clicks that the server has said to be lost */
export async function compareClicks(
  { database }: Stage,
  judge: Judge,
  attempts: readonly Attempt[],
  toldLost = 0,
): Promise<void> {
  const visits = attempts.filter(({ role }) => role === 'visit')
  const received = new Set(visits.filter(({ answer }) => answer?.status === 302).map(({ id }) => refererOf(id)))
  const possible = new Set(visits.filter(maybeAnswered).map(({ id }) => refererOf(id)))
  const counted = () =>
    database.rows(`select referrer, count(*) as n from linkwright_click ${COUNTED} group by referrer`)
  await until(
    async () => {
      const found = (await counted()).filter(({ referrer }) => received.has(String(referrer)))
      return found.length >= received.size - toldLost
    },
    FOLDED_MS,
    500,
  )
  await sleep(TWICE_MS)
  const times = new Map((await counted()).map(({ referrer, n }) => [String(referrer), Number(n)]))
  const excess = [...times.keys()].filter((mark) => !received.has(mark) && !possible.has(mark))
  const missing = [...received].filter((mark) => !times.has(mark))
  judge.none('answered 302s that are not counted', missing.slice(toldLost), received.size)
  judge.none(
    '302s counted twice',
    [...times].flatMap(([mark, n]) => (n > 1 ? [mark] : [])),
    received.size,
  )
  judge.none('clicks of requests that nobody made', excess, times.size)
  judge.tell(
    `${[...times.keys()].filter((mark) => possible.has(mark)).length} of ${possible.size} visits without an answer were counted`,
  )
  judge.none('links whose statistics are not their clicks', await wrongCounts(database))
}

const COUNTED = "where counted = 1 and referrer like '%.chaos.example'"

/** Sent, and nobody knows what came of it: counted or not, both is right. */
function maybeAnswered({ answer }: Attempt): boolean {
  return answer === undefined || (answer.status === 0 && answer.unsent !== true)
}

/** Raw rows, hourly roll-ups and the link's own count say the same. */
async function wrongCounts(database: Stage['database']): Promise<string[]> {
  const rows = await database.rows(`
    select slug, l.clicks, coalesce(raw, 0) as raw, coalesce(hours, 0) as hours
    from linkwright_link l
    left join (select link_id, count(*) as raw from linkwright_click where counted = 1 group by link_id) as c
      on c.link_id = l.id
    left join (select link_id, sum(clicks) as hours from linkwright_click_hour where dimension = '' group by link_id) as h
      on h.link_id = l.id`)
  return rows
    .filter(({ clicks, raw, hours }) => Number(clicks) !== Number(raw) || Number(hours) !== Number(raw))
    .map(({ slug, clicks, raw, hours }) => `${slug}: link ${clicks}, raw ${raw}, hours ${hours}`)
}

export async function compareHealth({ database, engine }: Stage, judge: Judge): Promise<void> {
  const what = engine === 'sqlite' ? 'integrity_check and foreign_key_check' : undefined
  if (what !== undefined) judge.none(`${what}: what they find`, await database.damage())
}

function bareId(id: string): string {
  return id.slice(id.indexOf('_') + 1)
}

function repeated(values: readonly string[]): string[] {
  const seen = new Set<string>()
  return values.filter((value) => seen.has(value) || !seen.add(value))
}
