// As much of pg's interface as is used here, and how pg is loaded.
import { createRequire } from 'node:module'

export interface Query {
  readonly text: string
  readonly values?: unknown[]
  /** Prepared once under this name, on each connection. */
  readonly name?: string
  readonly types?: { getTypeParser(oid: number): (text: string) => unknown }
  /** How long to wait for the answer (ms). */
  readonly query_timeout?: number
}

export interface Result {
  readonly command: string
  readonly rowCount: number | null
  readonly rows: unknown[]
}

/** A connection to the server. */
export interface Client {
  query(query: Query): Promise<Result>
  on(event: 'error' | 'end', listener: () => void): unknown
  on(event: 'notification', listener: (message: { readonly payload?: string | undefined }) => void): unknown
  /** Lets the process end while the connection is open. */
  unref(): void
}

/** A connection that is given back; with `true` it is closed instead. */
export interface PooledClient extends Client {
  release(isBroken?: boolean): void
}

/** A `pg.Pool`. */
export interface PostgresPool {
  connect(): Promise<PooledClient>
  on(event: 'error', listener: () => void): unknown
  on(event: 'connect', listener: (client: Client) => void): unknown
  end(): Promise<void>
}

interface Settings {
  readonly connectionString: string
  readonly application_name: string
  readonly options?: string
  readonly max: number
  readonly connectionTimeoutMillis: number
  readonly statement_timeout: number
  readonly lock_timeout: number
  readonly idle_in_transaction_session_timeout: number
  readonly keepAlive: boolean
  readonly allowExitOnIdle: boolean
}

interface Driver {
  readonly Pool: new (settings: Settings) => PostgresPool
}

/** Loaded when it is used: who stores elsewhere does not need the package. */
export function loadDriver(): Driver {
  const require = createRequire(import.meta.url)
  try {
    return require('pg') as Driver
  } catch (error) {
    throw new Error(`@linkwright/storage-sql/postgres needs the package pg: ${reasonOf(error)}`, { cause: error })
  }
}

function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]!
}
