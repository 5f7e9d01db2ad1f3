// Kysely on one SQLite connection: statements are prepared once, and transactions take the writer's place at their start.
import { setTimeout } from 'node:timers/promises'
import { LinkwrightError } from '@linkwright/core'
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import { BUSY_MS, type File, isBusy, isUnavailable, RETRY_MS, type Statement } from './file.ts'

/** Statements kept prepared; the one used longest ago goes first. */
const PREPARED = 200

export function sqliteDialect(file: File): Dialect {
  return {
    createDriver: () => createDriver(file),
    createAdapter: () => new SqliteAdapter(),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  }
}

/** Runs a statement; that the database is away is an answer that every contract knows. */
export function answering<T>(run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (isUnavailable(error)) throw new LinkwrightError('UNAVAILABLE', undefined, undefined, { cause: error })
    throw error
  }
}

/**
 * Waits for another connection that writes without blocking this process, where that other connection may well live:
 * SQLite's own busy timeout would stop the very loop that it waits for.
 */
async function patiently<T>(file: File, run: () => T): Promise<T> {
  for (const deadline = Date.now() + BUSY_MS; ; await setTimeout(1 + Math.random() * RETRY_MS)) {
    try {
      return run()
    } catch (error) {
      // Inside a transaction the place is ours already: then waiting would not help.
      if (!isBusy(error) || file.inTransaction || Date.now() > deadline) return answering(() => rethrow(error))
    }
  }
}

function rethrow(error: unknown): never {
  throw error
}

/** One connection; Kysely lets one transaction or statement at a time use it. */
function createDriver(file: File): Driver {
  const prepare = prepareOnce(file)
  const connection: DatabaseConnection = {
    async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
      return patiently(file, () => execute(prepare(query.sql), query.parameters))
    },
    async *streamQuery<Row>(query: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
      // A statement of its own: rows are asked for while others run.
      for (const row of file.prepare(query.sql).iterate(query.parameters)) yield { rows: [row as Row] }
    },
  }
  const run = async (sql: string): Promise<void> => {
    await patiently(file, () => prepare(sql).run([]))
  }
  return {
    async init() {},
    acquireConnection: async () => connection,
    // A plain `begin` that writes later fails at once if another process has written meanwhile.
    beginTransaction: (_, { accessMode }) => run(accessMode === 'read only' ? 'begin' : 'begin immediate'),
    commitTransaction: () => run('commit'),
    async rollbackTransaction() {
      // Some failures, as of a full disk, have rolled back already.
      if (file.inTransaction) await run('rollback')
    },
    async releaseConnection() {},
    async destroy() {
      file.close()
    },
  }
}

function execute<Row>(statement: Statement, parameters: readonly unknown[]): QueryResult<Row> {
  if (statement.reader) return { rows: statement.all(parameters) as Row[] }
  const { changes, lastInsertRowid } = statement.run(parameters)
  return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) }
}

function prepareOnce(file: File): (sql: string) => Statement {
  const prepared = new Map<string, Statement>()
  return (sql) => {
    const statement = prepared.get(sql) ?? file.prepare(sql)
    prepared.delete(sql)
    prepared.set(sql, statement)
    if (prepared.size > PREPARED) prepared.delete(prepared.keys().next().value!)
    return statement
  }
}
