// The services that scenarios break: one Postgres and one Redis for a whole run, whole again before each scenario.
import { startPostgres } from '../services/postgres.ts'
import { startRedis } from '../services/redis.ts'
import { ask } from '../services/resp.ts'
import type { Service } from '../services/service.ts'
import { isAlive } from './server.ts'

export interface Redis extends Service {
  ask(...words: Array<string | number>): Promise<string>
}

export interface Started {
  readonly postgres?: Service
  readonly redis?: Redis
}

export interface Backing {
  /** @param wanted whether Postgres and Redis are needed */
  get(wanted: boolean): Promise<Started>
  stop(): Promise<void>
}

export function createBacking(): Backing {
  let starting: Promise<{ postgres: Service; redis: Redis }> | undefined
  return {
    async get(wanted) {
      if (!wanted) return {}
      starting ??= start()
      const services = await starting
      await mend(services)
      return services
    },
    async stop() {
      const services = await starting?.catch(() => undefined)
      await Promise.all([services?.postgres.stop(), services?.redis.stop()])
    },
  }
}

async function start(): Promise<{ postgres: Service; redis: Redis }> {
  const postgres = await startPostgres()
  try {
    const redis = await startRedis({ appendonly: true })
    return {
      postgres,
      redis: Object.assign(redis, {
        ask: (...words: Array<string | number>) => ask(Number(new URL(redis.url).port), ...words),
      }),
    }
  } catch (error) {
    await postgres.stop()
    throw error
  }
}

/** The scenario before may have failed while one of them was paused or dead. */
async function mend({ postgres, redis }: { postgres: Service; redis: Redis }): Promise<void> {
  redis.resume()
  postgres.resume()
  const answers = await redis.ask('PING').catch(() => '')
  if (answers !== 'PONG') await redis.restart()
  if (!isAlive(postgres.pid)) await postgres.restart()
}
