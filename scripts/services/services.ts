// The services that tests need, as the environment that leads to them: those that are given, and the others started.
import { startPostgres } from './postgres.ts'
import { startCluster, startRedis } from './redis.ts'

export interface Services {
  /** LINKWRIGHT_TEST_PG_URL, LINKWRIGHT_TEST_REDIS_URL and LINKWRIGHT_TEST_REDIS_CLUSTER, as far as asked for. */
  readonly env: Readonly<Record<string, string>>
  /** Ends those that were started here. */
  stop(): Promise<void>
}

export type ServiceName = 'postgres' | 'redis' | 'cluster'

interface Started {
  readonly url: string
  stop(): Promise<void>
}

const SERVICES: Readonly<Record<ServiceName, { readonly variable: string; start(): Promise<Started> }>> = {
  postgres: { variable: 'LINKWRIGHT_TEST_PG_URL', start: startPostgres },
  redis: { variable: 'LINKWRIGHT_TEST_REDIS_URL', start: startRedis },
  cluster: { variable: 'LINKWRIGHT_TEST_REDIS_CLUSTER', start: startCluster },
}

/** Fails if one of them cannot be had, and then leaves none behind. */
export async function startServices(wanted: Readonly<Partial<Record<ServiceName, boolean>>>): Promise<Services> {
  const env: Record<string, string> = {}
  const stops: Array<() => Promise<void>> = []
  const stop = async () => {
    await Promise.all(stops.splice(0).map((one) => one()))
  }
  const all = Object.entries(SERVICES).filter(([name]) => wanted[name as ServiceName])
  const settled = await Promise.allSettled(
    all.map(async ([, { variable, start }]) => {
      const given = process.env[variable]
      if (given) env[variable] = given
      else {
        const service = await start()
        stops.push(service.stop)
        env[variable] = service.url
      }
    }),
  )
  const failures = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as Error] : []))
  if (failures.length > 0) {
    await stop()
    throw new Error([...new Set(failures.map(({ message }) => message))].join('\n'))
  }
  return { env, stop }
}
