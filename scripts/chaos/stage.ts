// Where one scenario plays: an engine with an empty database, a folder of its own, and every process that it starts.
import type { ChildProcess } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Redis, Started } from './backing.ts'
import { type Database, type EngineName, postgresDatabase, runSql, sqliteDatabase, type Where } from './database.ts'
import { hire, type Person, type Wish } from './office.ts'
import { HOST } from './requests.ts'
import { type Environment, killPid, type Server, spawnLinkwright, startServer } from './server.ts'

interface ServerOptions {
  /** 0 takes a free one. */
  readonly port?: number
  readonly workers?: number
  readonly env?: Environment
}

export interface Stage {
  readonly engine: EngineName
  /** For what the scenario keeps; gone afterwards. */
  readonly folder: string
  /** What the server writes: its SQLite file and its spool. */
  readonly data: string
  readonly where: Where
  readonly database: Database
  readonly services: Started
  /** What every command on this stage is given. */
  readonly env: Environment
  hire(wishes: readonly Wish[]): Promise<Person[]>
  start(options?: ServerOptions): Promise<Server>
  command(args: readonly string[]): ChildProcess
  /** Ends the process with the scenario. */
  owns(child: ChildProcess): void
  /** Called with the scenario's end, last first. */
  later(end: () => Promise<void> | void): void
}

export interface OpenStage extends Stage {
  close(): Promise<void>
}

const SECRET = 'a secret of chaos that is long enough for a server'

let stages = 0

/** @param folder exists and is empty */
export async function openStage(engine: EngineName, folder: string, services: Started): Promise<OpenStage> {
  const name = `chaos_${process.pid}_${++stages}`
  const data = join(folder, 'data')
  mkdirSync(data)
  const where = engine === 'sqlite' ? inFile(data) : await inPostgres(services.postgres!.url, name)
  const env = {
    DATABASE_URL: where.engine === 'sqlite' ? `sqlite:${where.path}` : where.url,
    LINKWRIGHT_ORIGIN: `http://${HOST}`,
    LINKWRIGHT_SECRET: SECRET,
    DEFAULT_PLAN: 'premium',
    SPOOL_DIR: join(data, 'spool'),
    LOG_LEVEL: 'info',
    ...(engine === 'postgres' ? redisOf(services.redis!, name) : {}),
  }
  const children = new Set<ChildProcess>()
  const ends: Array<() => Promise<void> | void> = []
  let closed = false
  const owns = (child: ChildProcess) => {
    // A scenario that was too late may still begin something.
    if (closed) return void child.kill('SIGKILL')
    children.add(child)
    child.once('exit', () => children.delete(child))
  }
  const command = (args: readonly string[], more: Environment = {}) => {
    const child = spawnLinkwright(args, { ...env, ...more }, folder)
    owns(child)
    return child
  }
  return {
    engine,
    folder,
    data,
    where,
    services,
    env,
    database: where.engine === 'sqlite' ? sqliteDatabase(where.path) : postgresDatabase(where.url),
    hire: (wishes) => hire(where, SECRET, wishes),
    start({ port = 0, workers = 1, env: more = {} } = {}) {
      const args = ['serve', '--host', '127.0.0.1', '--port', String(port), '--workers', String(workers)]
      return startServer(command(args, more), workers)
    },
    command: (args) => command(args),
    owns,
    later: (end) => void ends.unshift(end),
    async close() {
      closed = true
      await Promise.all([...children].map(endChild))
      for (const end of ends) await end()
      if (where.engine === 'postgres') await dropDatabase(services.postgres!.url, name)
    },
  }
}

function inFile(folder: string): Where {
  return { engine: 'sqlite', path: join(folder, 'links.db') }
}

async function inPostgres(server: string, name: string): Promise<Where> {
  await runSql(server, `create database ${name}`)
  return { engine: 'postgres', url: databaseUrl(server, name) }
}

/** It may be away, if a scenario failed while it was: then there is nothing to clean up. */
async function dropDatabase(server: string, name: string): Promise<void> {
  await runSql(server, `drop database if exists ${name} with (force)`).catch(() => {})
}

export function databaseUrl(server: string, name: string): string {
  const url = new URL(server)
  url.pathname = `/${name}`
  return url.href
}

function redisOf({ url }: Redis, name: string): Environment {
  return { REDIS_URL: url, REDIS_PREFIX: `${name}:` }
}

function endChild(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.once('exit', () => resolve())
    if (child.pid !== undefined) killPid(child.pid)
  })
}
