// All scenarios, in the order in which they are played.
import type { Scenario } from '../scenario.ts'
import { connections } from './connections.ts'
import { diskFull } from './disk-full.ts'
import { kills } from './kill.ts'
import { migrations } from './migrate.ts'
import { postgresAway } from './postgres-away.ts'
import { races } from './races.ts'
import { redisAway } from './redis-away.ts'
import { soak } from './soak.ts'
import { terminations } from './terminate.ts'

export const SCENARIOS: readonly Scenario[] = [
  ...kills,
  redisAway,
  postgresAway,
  races,
  migrations,
  diskFull,
  ...terminations,
  connections,
  soak,
]
