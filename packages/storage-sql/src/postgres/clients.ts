// Connections of a pool as the storage uses them: numbers are numbers, errors are translated, and nothing waits for ever.
import { setImmediate } from 'node:timers/promises'
import { type Client, loadDriver, type PooledClient, type PostgresPool, type Query, type Result } from './driver.ts'
import { isBroken, translate } from './errors.ts'

export interface PostgresOptions {
  /** Connections at most, besides the one that hears of changes. Default 10. */
  readonly poolSize?: number
  /** How long a statement may take (ms); 0 is for ever. Default 5000. */
  readonly statementTimeoutMs?: number
  /** How long a statement may wait for others that hold what it needs (ms); 0 is for ever. Default 3000. */
  readonly lockTimeoutMs?: number
  /** How long to wait for a connection, be it new or in use by others (ms). Default 2000. */
  readonly connectTimeoutMs?: number
  /** What the server's own views call these connections. Default `linkwright`. */
  readonly applicationName?: string
  /** The schema of the tables; `migrate` makes it if need be. Default: the first of the connection's `search_path`. */
  readonly schema?: string
}

/** Given back after use. */
interface Lent {
  query(query: Query): Promise<Result>
  release(isBroken?: boolean): void
}

export interface Clients {
  /** @param patience how long to wait for an answer: as long as the server may take for a statement, or for ever */
  connect(patience: Patience): Promise<Lent>
  /** A connection to keep, which is none of those that others wait for. */
  connectAside(): Promise<PooledClient>
  /** Waits for what is under way, and closes what this storage has opened. */
  end(): Promise<void>
}

export type Patience = 'bounded' | 'endless'

/** Transactions that nobody goes on with are undone, so that they do not hold their rows for ever. */
const IDLE_IN_TRANSACTION_MS = 30_000
/** How much longer than the server we wait for it to give up (ms): it may be too far gone to do so. */
const GRACE_MS = 1000
const STATEMENT_MS = 5000

/** Columns hold text and whole numbers; as times and counts, those of eight bytes fit a number too. */
const NUMBERS = new Set([20, 21, 23])
const types = {
  getTypeParser: (oid: number) => (NUMBERS.has(oid) ? Number : (text: string) => text),
}

/** @throws Error in one line, without the URL in it, if that is none, or pg is not installed */
export function openClients(url: string, options: PostgresOptions): Clients {
  const { Pool } = loadDriver()
  if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url)) {
    throw new Error('The URL of a Postgres database looks like postgres://user:password@host:5432/database')
  }
  const { statementTimeoutMs = STATEMENT_MS, schema } = options
  if (schema !== undefined && !/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) {
    throw new Error(`Not a name for a schema: ${schema}. Use small letters, digits and underscores`)
  }
  const settings = {
    connectionString: url,
    application_name: options.applicationName ?? 'linkwright',
    connectionTimeoutMillis: options.connectTimeoutMs ?? 2000,
    statement_timeout: statementTimeoutMs,
    lock_timeout: options.lockTimeoutMs ?? 3000,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    keepAlive: true,
    allowExitOnIdle: true,
    ...(schema !== undefined && { options: `-c search_path=${schema}` }),
  }
  const pool = new Pool({ ...settings, max: options.poolSize ?? 10 })
  const aside = new Pool({ ...settings, max: 1 })
  return lend({ pool, aside, statementTimeoutMs, end: () => Promise.all([pool.end(), aside.end()]) })
}

/** Connections of a pool that the host has, which sets their timeouts and closes it. */
export function shareClients(pool: PostgresPool): Clients {
  return lend({ pool, aside: pool, statementTimeoutMs: 0, end: async () => {} })
}

interface Source {
  readonly pool: PostgresPool
  readonly aside: PostgresPool
  readonly statementTimeoutMs: number
  end(): Promise<unknown>
}

function lend({ pool, aside, statementTimeoutMs, end }: Source): Clients {
  const guarded = new WeakSet<Client>()
  let lent = 0
  let ending: Promise<void> | undefined
  let isClosed = false
  let isIdle: (() => void) | undefined
  // A connection that ends while nobody uses it is an event, and one without a listener ends the process.
  for (const each of new Set([pool, aside])) {
    each.on('error', () => {})
    // From its first moment: the pool takes its own listener away before it hands a connection out.
    each.on('connect', (client) => client.on('error', () => {}))
  }

  async function acquire(from: PostgresPool): Promise<PooledClient> {
    try {
      const client = await from.connect()
      if (!guarded.has(client)) client.on('error', () => {})
      guarded.add(client)
      return client
    } catch (error) {
      throw translate(error)
    }
  }

  function giveBack(): void {
    lent--
    if (lent === 0) isIdle?.()
  }

  async function close(): Promise<void> {
    // Connections that nobody uses keep no process alive, not even to see their own end.
    const awake = setInterval(() => {}, 1000)
    try {
      // What was asked just before is on its way here.
      await setImmediate()
      isClosed = true
      await new Promise<void>((resolve) => {
        isIdle = resolve
        if (lent === 0) resolve()
      })
      await end()
    } finally {
      clearInterval(awake)
    }
  }

  return {
    async connect(patience) {
      if (isClosed) throw new Error('The storage is closed')
      lent++
      const client = await acquire(pool).catch((error: unknown) => {
        giveBack()
        throw error
      })
      const waitMs = patience === 'endless' || statementTimeoutMs === 0 ? 0 : statementTimeoutMs + GRACE_MS
      let lost: unknown
      return {
        async query(query) {
          // Nobody waits twice for a server that does not answer.
          if (lost !== undefined) throw translate(lost)
          try {
            return await client.query({ ...query, types, query_timeout: waitMs })
          } catch (error) {
            if (isBroken(error)) lost = error
            throw translate(error)
          }
        },
        release(isUseless = false) {
          client.release(isUseless || lost !== undefined)
          giveBack()
        },
      }
    },
    connectAside: () => acquire(aside),
    end() {
      ending ??= close()
      return ending
    },
  }
}
