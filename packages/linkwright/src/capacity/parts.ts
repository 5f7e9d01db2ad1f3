// The parts of an installation, each sized by the figures: those that serve, the database, Redis, the network.
import { CACHE_DEFAULTS } from '@linkwright/core'
import { type Demand, PEAK, SECONDS_A_MONTH } from './demand.ts'
import { FIGURES, FULL, LARGEST } from './figures.ts'

export interface Serving {
  readonly machines: number
  readonly processes: number
  readonly memoryGb: number
  /** Clicks folded in a second; those that come faster wait. */
  readonly foldsPerSecond: number
  /** What may wait on their disks, and for how long nothing has to be folded at the peak until it is full. */
  readonly journalGb: number
  readonly journalMinutes: number
}

export interface Database {
  readonly engine: 'sqlite' | 'postgres'
  readonly servers: number
  /** Of all servers; 0 where the database is a part of the processes that serve. */
  readonly cores: number
  readonly lookUpsPerSecond: number
  readonly linksGb: number
  readonly rawClicksGb: number
  readonly statisticsGb: number
  /** All of it, with room. */
  readonly diskGb: number
  /** Of raw clicks; 0 where the engine has none. */
  readonly partitions: number
  /** That all processes open at most. */
  readonly connections: number
}

export interface Redis {
  readonly nodes: number
  readonly memoryGb: number
  readonly operationsPerSecond: number
}

const GB = 1e9
const DAYS_A_MONTH = 30
/** A partition goes once its whole month is too old. */
const PARTITION_DAYS = 31
/** That of the next month, and the one for what belongs to no month. */
const MORE_PARTITIONS = 2
/** Of a process: its pool, and the one that hears of changes. */
const CONNECTIONS = 11
/** How long Redis keeps what a token has used of a minute. */
const WINDOW_SECONDS = 180
const FEWEST_MASTERS = 3

type Us = keyof typeof FIGURES

/** One machine on one file; undefined if that is too much for its one writer, its cores or its file. */
export function onSqlite(demand: Demand) {
  const { callsPerSecond, machineCores } = demand
  const folds = foldsOf(demand)
  const writer = seconds([folds, 'sqliteWriteUs'], [callsPerSecond, 'sqliteCreateUs'])
  const serving = servingOf(demand, coresOf(demand) + writer, 1)
  const database = {
    engine: 'sqlite' as const,
    servers: 1,
    cores: 0,
    partitions: 0,
    connections: 0,
    ...sizeOf(demand, 'sqlite', demand.retentionDays),
  }
  const fits = writer <= FULL.writer && serving.processes <= machineCores && database.diskGb <= LARGEST.sqliteGb
  return fits ? { serving, database } : undefined
}

/** At least two machines serve, so that one may fail. */
export function onPostgres(demand: Demand) {
  const { callsPerSecond, machineCores, retentionDays } = demand
  const size = sizeOf(demand, 'postgres', retentionDays + PARTITION_DAYS)
  const busy = seconds(
    [size.lookUpsPerSecond, 'postgresMissUs'],
    [foldsOf(demand), 'postgresWriteUs'],
    [callsPerSecond, 'postgresCallUs'],
  )
  const cores = Math.max(1, Math.ceil(busy / FULL.core))
  const servers = Math.max(Math.ceil(cores / machineCores), Math.ceil(size.diskGb / LARGEST.postgresGb))
  const partitions = Math.ceil(retentionDays / DAYS_A_MONTH) + MORE_PARTITIONS
  const serving = servingOf(demand, coresOf(demand), 2, servers)
  const connections = serving.processes * CONNECTIONS
  const database = {
    engine: 'postgres' as const,
    servers,
    cores: Math.max(cores, servers),
    partitions,
    connections,
    ...size,
  }
  return { serving, database }
}

/** Processor time of those that serve, without the database. */
function coresOf(demand: Demand): number {
  const { redirectsPerSecond, cacheHit, callsPerSecond } = demand
  return seconds(
    [redirectsPerSecond, 'redirectUs'],
    [redirectsPerSecond * (1 - cacheHit), 'missUs'],
    [foldsOf(demand), 'foldUs'],
    [callsPerSecond, 'callUs'],
  )
}

/** Each database has processes of its own, one at least on each of the fewest machines. */
function servingOf(demand: Demand, cores: number, fewestMachines: number, databases = 1): Serving {
  const processes = Math.max(fewestMachines * databases, Math.ceil(cores / FULL.core))
  const cached = Math.min(demand.links, CACHE_DEFAULTS.size) * FIGURES.cachedLinkBytes.value
  const room = processes * FIGURES.spoolBytes.value
  return {
    machines: Math.max(fewestMachines, Math.ceil(processes / demand.machineCores)),
    processes,
    memoryGb: processes * (FIGURES.processMb.value / 1000 + cached / GB),
    foldsPerSecond: foldsOf(demand),
    journalGb: room / GB,
    journalMinutes: room / (Math.max(1, demand.redirectsPerSecond) * FIGURES.waitingClickBytes.value) / 60,
  }
}

/** Folding keeps up with the peak of an average month. */
function foldsOf({ redirectsPerSecond, clicksPerMonth }: Demand): number {
  return Math.min(redirectsPerSecond, (clicksPerMonth / SECONDS_A_MONTH) * PEAK)
}

function sizeOf(demand: Demand, engine: 'sqlite' | 'postgres', keptDays: number) {
  const bytes = (what: 'Link' | 'Click' | 'Hour' | 'Visitor') => FIGURES[`${engine}${what}Bytes`].value / GB
  const { links, clicksPerMonth, months, rowsPerClick, redirectsPerSecond, cacheHit } = demand
  const statistics = rowsPerClick * bytes('Hour') + FIGURES.visitorsPerClick.value * bytes('Visitor')
  const linksGb = links * bytes('Link')
  const rawClicksGb = ((clicksPerMonth * keptDays) / DAYS_A_MONTH) * bytes('Click')
  const statisticsGb = clicksPerMonth * months * statistics
  return {
    lookUpsPerSecond: redirectsPerSecond * (1 - cacheHit),
    linksGb,
    rawClicksGb,
    statisticsGb,
    diskGb: (linksGb + rawClicksGb + statisticsGb) / FULL.disk,
  }
}

/** Rate limits, and news of changes: one operation a call. */
export function redisOf({ callsPerSecond }: Demand, { servers }: Database): Redis {
  const memoryGb = (callsPerSecond * WINDOW_SECONDS * FIGURES.redisLimitBytes.value) / GB
  const busy = seconds([callsPerSecond, 'redisUs'])
  const nodes = Math.max(Math.ceil(busy / FULL.core), Math.ceil(memoryGb / LARGEST.redisGb), 1)
  return {
    nodes: nodes > 1 || servers > 1 ? Math.max(FEWEST_MASTERS, nodes) : 1,
    memoryGb,
    operationsPerSecond: callsPerSecond,
  }
}

export function networkOf({ redirectsPerSecond, clicksPerMonth }: Demand) {
  const mbit = (bytes: number) => (redirectsPerSecond * bytes * 8) / 1e6
  const { requestBytes, replyBytes } = FIGURES
  return {
    inMbit: mbit(requestBytes.value),
    outMbit: mbit(replyBytes.value),
    outGbMonth: (clicksPerMonth * replyBytes.value) / GB,
  }
}

/** Seconds of a processor in a second: so many times a second, so many microseconds each. */
function seconds(...work: readonly (readonly [times: number, each: Us])[]): number {
  return work.reduce((sum, [times, each]) => sum + times * FIGURES[each].value, 0) / 1e6
}
