// Preloaded into a server: counts every SQL statement that better-sqlite3 runs, by its text, and which connection ran it.
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { COUNTS_VARIABLE, type StatementCount } from './statements.ts'

interface Connection {
  prepare(sql: string): Statement
  close(): void
}
interface Statement {
  readonly source: string
  readonly database: Connection
}
type Method = (this: Statement, ...args: unknown[]) => unknown
type Prototype<T> = Record<string, T>

const Database = createRequire(import.meta.url)('better-sqlite3') as new (path: string) => Connection
const counts = new Map<string, StatementCount>()
/** The connection that redirects read through is the one that cannot write. */
const readers = new WeakSet<Connection>()

const sample = new Database(':memory:')
const statements = Object.getPrototypeOf(sample.prepare('select 1')) as Prototype<Method>
for (const name of ['all', 'get', 'run', 'iterate']) {
  const original = statements[name]!
  statements[name] = function (...args) {
    count(this)
    return original.apply(this, args)
  }
}
const connections = Database.prototype as Prototype<(this: Connection, ...args: unknown[]) => unknown>
const pragma = connections.pragma!
connections.pragma = function (...args) {
  if (String(args[0]).startsWith('query_only')) readers.add(this)
  return pragma.apply(this, args)
}
sample.close()

process.on('SIGUSR2', () => writeFileSync(process.env[COUNTS_VARIABLE]!, JSON.stringify([...counts.values()])))

function count({ source, database }: Statement): void {
  const reader = readers.has(database)
  const key = `${reader} ${source}`
  const known = counts.get(key)
  if (known === undefined) counts.set(key, { sql: source, reader, runs: 1 })
  else known.runs++
}
