// What an installation needs for a demand: processes, databases, Redis, network, and what that costs.
import type { Demand, Prices } from './demand.ts'
import { type Database, networkOf, onPostgres, onSqlite, type Redis, redisOf, type Serving } from './parts.ts'

/** From one process on one file to many machines on many databases. */
export const LAYOUTS = ['one process', 'one machine', 'several machines', 'several databases'] as const

export interface Capacity {
  readonly layout: (typeof LAYOUTS)[number]
  readonly machines: number
  /** Of all machines. */
  readonly cores: number
  readonly serving: Serving
  readonly database: Database
  /** Null where the database counts for all processes, and tells them what changed. */
  readonly redis: Redis | null
  readonly network: { readonly inMbit: number; readonly outMbit: number; readonly outGbMonth: number }
  /** A month. */
  readonly cost: { readonly cores: number; readonly disk: number; readonly traffic: number; readonly total: number }
}

const HOURS_A_MONTH = 720
/** Memory that comes with a core. */
const GB_A_CORE = 4

export function planCapacity(demand: Demand, prices: Prices): Capacity {
  const { serving, database } = onSqlite(demand) ?? onPostgres(demand)
  const redis = database.engine === 'sqlite' ? null : redisOf(demand, database)
  const nodes = redis?.nodes ?? 0
  const cores = serving.processes + database.cores + nodes
  // A single Redis has its place beside the database.
  const machines = serving.machines + (redis === null ? 0 : database.servers) + (nodes > 1 ? nodes : 0)
  const network = networkOf(demand)
  const memoryGb = serving.memoryGb + (redis?.memoryGb ?? 0)
  const cost = {
    cores: Math.max(cores, memoryGb / GB_A_CORE) * HOURS_A_MONTH * prices.priceCoreHour,
    disk: (database.diskGb + serving.journalGb) * prices.priceDiskGbMonth,
    traffic: network.outGbMonth * prices.priceTrafficGb,
  }
  return {
    layout: layoutOf(serving, database),
    machines,
    cores,
    serving,
    database,
    redis,
    network,
    cost: { ...cost, total: cost.cores + cost.disk + cost.traffic },
  }
}

function layoutOf({ processes }: Serving, { engine, servers }: Database): Capacity['layout'] {
  if (engine === 'sqlite') return processes === 1 ? 'one process' : 'one machine'
  return servers === 1 ? 'several machines' : 'several databases'
}
