// Server programs that this machine has.
import { existsSync, readdirSync, realpathSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import type { Found } from './program.ts'

/** Where Debian keeps the versions of Postgres, out of the path. */
const VERSIONS = '/usr/lib/postgresql'

export function localPostgres(): Found | undefined {
  const server = firstIn([...searchPath(), ...newestFirst(VERSIONS)], 'postgres')
  if (server === undefined || !existsSync(join(dirname(server), 'initdb'))) return undefined
  return { home: dirname(dirname(server)), server: 'bin/postgres' }
}

export function localRedis(): Found | undefined {
  const server = firstIn(searchPath(), 'redis-server')
  return server === undefined ? undefined : { home: server, server: '' }
}

function searchPath(): string[] {
  return (process.env.PATH ?? '').split(delimiter).filter(Boolean)
}

function newestFirst(folder: string): string[] {
  if (!existsSync(folder)) return []
  const versions = readdirSync(folder).sort((one, other) => Number(other) - Number(one))
  return versions.map((version) => join(folder, version, 'bin'))
}

/** The file itself, not a link to it. */
function firstIn(folders: readonly string[], name: string): string | undefined {
  const path = folders.map((folder) => join(folder, name)).find((one) => existsSync(one))
  return path === undefined ? undefined : realpathSync(path)
}
