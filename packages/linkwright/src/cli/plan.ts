// linkwright plan: what an installation needs for a load, from measured figures; it asks no database.
import type { Command } from 'commander'
import { type Capacity, planCapacity } from '../capacity/capacity.ts'
import {
  type Amount,
  completeDemand,
  completePrices,
  DEMAND,
  type Demand,
  PRICE,
  type Prices,
  readAmount,
} from '../capacity/demand.ts'
import { FIGURES } from '../capacity/figures.ts'
import { createOutput, type Table } from './output.ts'

type Given = Pick<Demand, 'redirectsPerSecond' | 'links'> & Partial<Demand & Prices> & { readonly json?: boolean }

export function addPlan(program: Command): void {
  const plan = program.command('plan').description('say what an installation needs for a load, and what that costs')
  const { redirectsPerSecond, links, ...others } = DEMAND
  for (const amount of [redirectsPerSecond, links]) plan.requiredOption(...optionOf(amount))
  for (const amount of [...Object.values(others), ...Object.values(PRICE)]) plan.option(...optionOf(amount))
  plan.option('--json', 'print one JSON object').action(({ json, ...given }: Given) => {
    const demand = completeDemand(pick(given, DEMAND))
    const prices = completePrices(pick(given, PRICE))
    const capacity = planCapacity(demand, prices)
    const output = createOutput(json === true, (text) => process.stdout.write(text))
    output.print({ demand, prices, ...capacity, figures: FIGURES }, tableOf(demand, capacity))
  })
}

function optionOf(amount: Amount): [flags: string, about: string, read: (text: string) => number] {
  return [`${amount.flag} <n>`, amount.about, (text) => readAmount(text, amount)]
}

/** Those of the options that a table names. */
function pick<T extends object, K extends string>(given: T, table: Readonly<Record<K, Amount>>) {
  return Object.fromEntries(Object.entries(given).filter(([name]) => name in table)) as Pick<T, K & keyof T>
}

const NOTE = 'Estimates from figures that --json lists, each with where it was measured or that it is assumed.'

function tableOf(demand: Demand, capacity: Capacity): Table {
  const { serving, database, redis, network, cost } = capacity
  const rows = [
    ['layout', layoutOf(capacity)],
    ['machines', machinesOf(capacity)],
    ['cores', coresOf(capacity)],
    ['memory', `${show(serving.memoryGb)} GB for the processes that serve, their caches of links included`],
    ['look-ups', `${show(database.lookUpsPerSecond)} a second of links that no cache has`],
    [
      'folding',
      `${show(serving.foldsPerSecond)} clicks a second; up to ${show(serving.journalGb)} GB may wait, ${show(serving.journalMinutes)} minutes at the peak`,
    ],
    ['disk', diskOf(database)],
    ...(database.partitions === 0 ? [] : [['partitions', `${database.partitions} of raw clicks, by month`]]),
    ...(database.connections === 0 ? [] : [['connections', `${show(database.connections)} to Postgres at most`]]),
    ...(redis === null
      ? []
      : [['redis', `${show(redis.operationsPerSecond)} operations a second, ${show(redis.memoryGb)} GB`]]),
    ['network', `${show(network.inMbit)} Mbit/s in, ${show(network.outMbit)} Mbit/s out`],
    [
      'cost a month',
      `${show(cost.total)}: ${show(cost.cores)} cores, ${show(cost.disk)} disk, ${show(cost.traffic)} traffic`,
    ],
    ['settings', settingsOf(demand, capacity)],
  ]
  return { columns: [], rows, note: NOTE }
}

function layoutOf({ layout, database, redis }: Capacity): string {
  if (database.engine === 'sqlite') return `${layout} on a SQLite file`
  const postgres = database.servers === 1 ? 'Postgres' : `${show(database.servers)} Postgres, each with its own owners`
  return `${layout} on ${postgres}${redis === null ? '' : redis.nodes > 1 ? ' and a Redis Cluster' : ' and Redis'}`
}

function machinesOf({ machines, serving, database, redis }: Capacity): string {
  if (database.engine === 'sqlite') return '1'
  const nodes = redis?.nodes ?? 0
  const parts = [
    `${count(serving.machines, 'serves', 'serve')}`,
    `${show(database.servers)} for Postgres${nodes === 1 ? ' and Redis' : ''}`,
    ...(nodes > 1 ? [`${show(nodes)} for Redis`] : []),
  ]
  return `${show(machines)}: ${parts.join(', ')}`
}

function coresOf({ cores, serving, database, redis }: Capacity): string {
  const parts = [`${count(serving.processes, 'process that serves', 'processes that serve')}`]
  if (database.cores > 0) parts.push(`${show(database.cores)} for Postgres`)
  if (redis !== null) parts.push(`${show(redis.nodes)} for Redis`)
  return `${show(cores)}: ${parts.join(', ')}`
}

function diskOf({ diskGb, linksGb, rawClicksGb, statisticsGb }: Capacity['database']): string {
  return `${show(diskGb)} GB: links ${show(linksGb)}, raw clicks ${show(rawClicksGb)}, statistics ${show(statisticsGb)}, the rest free`
}

/** What the environment says on each machine that serves; with several databases, for each of them. */
function settingsOf({ retentionDays }: Demand, { serving, database, redis }: Capacity): string {
  const settings = [database.engine === 'sqlite' ? 'DATABASE_URL=sqlite:PATH' : 'DATABASE_URL=postgres://…']
  if (redis !== null) settings.push(redis.nodes > 1 ? 'REDIS_CLUSTER=…' : 'REDIS_URL=redis://…')
  const workers = Math.ceil(serving.processes / serving.machines / database.servers)
  if (workers > 1) settings.push(`WORKERS=${workers}`)
  return [...settings, `CLICK_RETENTION_DAYS=${Math.ceil(retentionDays)}`].join(' ')
}

function count(value: number, one: string, many: string): string {
  return `${show(value)} ${value === 1 ? one : many}`
}

/** Three digits are more than estimates have. */
function show(value: number): string {
  if (value > 0 && value < 0.01) return '<0.01'
  const rounded = Number(value.toPrecision(3))
  return rounded.toLocaleString('en', { maximumFractionDigits: 2 })
}
