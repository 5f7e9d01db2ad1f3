// A real Postgres of the tests' own: a fresh cluster in a temporary folder, on a free port of this machine.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { NOBODY } from './nobody.ts'
import { freePort } from './ports.ts'
import { openProgram, type Program } from './program.ts'
import { findPostgres } from './programs.ts'
import { leaseFolder, runService, type Service } from './service.ts'

export interface PostgresOptions {
  /** What survives a loss of power; what survives `kill -9` does not depend on it. */
  readonly fsync?: boolean
  readonly maxConnections?: number
}

const run = promisify(execFile)

export async function startPostgres({ fsync = false, maxConnections = 300 }: PostgresOptions = {}): Promise<Service> {
  const found = await findPostgres()
  // SIGQUIT ends Postgres at once, and its shared memory with it.
  const lease = leaseFolder('postgres', 'SIGQUIT')
  try {
    const { server, env } = openProgram(found, NOBODY, lease.folder)
    const data = join(lease.folder, 'data')
    await initialize({ server, env }, data)
    const port = await freePort()
    const settings = {
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      port,
      max_connections: maxConnections,
      fsync: fsync ? 'on' : 'off',
      // In the folder, where nothing is left behind after kill -9.
      dynamic_shared_memory_type: 'mmap',
    }
    return await runService(lease, {
      url: `postgres://postgres@127.0.0.1:${port}/postgres`,
      program: server,
      args: ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      env,
      end: 'SIGINT',
      isReady: async (pid) => isReady(join(data, 'postmaster.pid'), pid),
    })
  } catch (error) {
    await lease.end()
    throw error
  }
}

/**
 * Sorts as English does, as many a server is set up: whoever needs the order of bytes has to say so. Where Postgres
 * comes without ICU, bytes it is.
 */
async function initialize({ server, env }: Program, data: string): Promise<void> {
  const initdb = join(dirname(server), 'initdb')
  const common = ['-D', data, '-U', 'postgres', '--auth=trust', '--no-sync', '--encoding=UTF8', '--no-locale']
  const surroundings = { cwd: dirname(data), env: { PATH: process.env.PATH, ...env }, ...NOBODY }
  const english = ['--locale-provider=icu', '--icu-locale=en']
  await run(initdb, [...common, ...english], surroundings).catch(() => run(initdb, common, surroundings))
}

/** Postgres writes its state in the eighth line. */
function isReady(path: string, pid: number): boolean {
  try {
    const lines = readFileSync(path, 'utf8').split('\n')
    return lines[0] === String(pid) && lines[7]?.trim() === 'ready'
  } catch {
    return false
  }
}
