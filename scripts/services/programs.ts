// The programs of the services, and the ways to them, the cheapest first.
import { debianRedis, installPackage } from './debian.ts'
import { localPostgres, localRedis } from './local.ts'
import { npmPostgres } from './npm.ts'
import { type Found, findProgram, type Wanted, type Way } from './program.ts'

const POSTGRES: Wanted = {
  title: 'Postgres',
  oldest: 14,
  ways: [...local(localPostgres), { name: 'npm', find: npmPostgres }, installed('postgresql', localPostgres)],
  advice: 'Install it, or set LINKWRIGHT_TEST_PG_URL to one where databases may be created.',
}

const REDIS: Wanted = {
  title: 'Redis',
  oldest: 7,
  ways: [
    ...local(localRedis),
    { name: 'package of Debian or Ubuntu', find: debianRedis },
    installed('redis-server', localRedis),
  ],
  advice:
    'npm has no package with its program: it comes from apt, which takes a network; elsewhere install Redis, ' +
    'or set LINKWRIGHT_TEST_REDIS_URL and LINKWRIGHT_TEST_REDIS_CLUSTER (host:port,host:port,host:port).',
}

let postgres: Promise<Found> | undefined
let redis: Promise<Found> | undefined

/** Looked for once in a process. */
export function findPostgres(): Promise<Found> {
  postgres ??= findProgram(POSTGRES)
  return postgres
}

export function findRedis(): Promise<Found> {
  redis ??= findProgram(REDIS)
  return redis
}

function local(find: Way['find']): Way[] {
  return process.env.LINKWRIGHT_TEST_NO_LOCAL === '1' ? [] : [{ name: 'this machine', find }]
}

function installed(name: string, find: Way['find']): Way {
  return {
    name: 'apt-get install',
    async find() {
      await installPackage(name)
      return find()
    },
  }
}
