// Databases for tests: the server is that of LINKWRIGHT_TEST_PG_URL, and each test has a schema or a database of its own.
import { randomBytes } from 'node:crypto'
import { loadDriver, type PostgresPool } from './driver.ts'

/** The URL of the server that tests may do everything with. @throws Error that says how to get one */
export function serverUrl(): string {
  const url = process.env.LINKWRIGHT_TEST_PG_URL
  if (!url) {
    throw new Error('Tests on Postgres need LINKWRIGHT_TEST_PG_URL: npm test starts a server and sets it')
  }
  return url
}

/** A name that no other test has. */
export function newName(): string {
  return `test_${randomBytes(8).toString('hex')}`
}

/** A pool of the tests' own, for what no storage does. Close it with `end`. */
export function openPool(url = serverUrl(), options = ''): PostgresPool {
  const { Pool } = loadDriver()
  return new Pool({
    connectionString: url,
    application_name: 'linkwright tests',
    options,
    max: 4,
    connectionTimeoutMillis: 10_000,
    statement_timeout: 0,
    lock_timeout: 0,
    idle_in_transaction_session_timeout: 0,
    keepAlive: false,
    allowExitOnIdle: true,
  })
}

/** Runs statements one after the other, and gives the rows of the last. */
export async function runSql(url: string, ...statements: readonly string[]): Promise<unknown[]> {
  const pool = openPool(url)
  const client = await pool.connect()
  try {
    let rows: unknown[] = []
    for (const text of statements) rows = (await client.query({ text })).rows
    return rows
  } finally {
    client.release()
    await pool.end()
  }
}

/** Makes a database. @returns its URL */
export async function newDatabase(): Promise<string> {
  const name = newName()
  await runSql(serverUrl(), `create database ${name}`)
  const url = new URL(serverUrl())
  url.pathname = `/${name}`
  return url.href
}

/** Removes a database that `newDatabase` made, whoever is connected. */
export async function dropDatabase(url: string): Promise<void> {
  await runSql(serverUrl(), `drop database if exists ${new URL(url).pathname.slice(1)} with (force)`)
}
