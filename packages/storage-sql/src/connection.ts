// A way to the database: Kysely, the engine's flags, and the questions that a redirect waits for.
import { setTimeout } from 'node:timers/promises'
import { LinkwrightError, type MaybePromise } from '@linkwright/core'
import type { CompiledQuery, Kysely, RawBuilder } from 'kysely'
import { sql } from 'kysely'
import type { Engine } from './engine.ts'
import type { Schema } from './schema.ts'

/** How often the work of a transaction is begun. */
const ATTEMPTS = 5
/** How long it waits before it begins again, about (ms): at once it might meet the very same others. */
const WAIT_MS = 20

export interface Connection {
  readonly db: Kysely<Schema>
  readonly engine: Engine
  readonly ask: Ask
}

/** A query of the hot path. It binds its arguments in their order and nothing else, so that it can be prepared once. */
export type Question<Row> = (
  db: Kysely<Schema>,
  ...args: string[]
) => { compile(): CompiledQuery<Row>; execute(): Promise<Row[]> }

/** Answers at once where the engine can. */
export type Ask = <Row>(question: Question<Row>, ...args: string[]) => MaybePromise<readonly Row[]>

/**
 * An argument of a question, behind a select of its own. SQLite as better-sqlite3 builds it (with STAT4) plans a
 * statement anew whenever a value is bound that might change the plan, which takes ten times as long as to run it.
 */
export function settled(arg: string): RawBuilder<string> {
  return sql<string>`(select ${arg})`
}

export function askThrough(db: Kysely<Schema>): Ask {
  return (question, ...args) => question(db, ...args).execute()
}

/** Continues with a value, at once if it is there at once. */
export function after<T, U>(value: MaybePromise<T>, then: (value: T) => U): MaybePromise<Awaited<U>> | U {
  return value instanceof Promise ? (value.then(then) as Promise<Awaited<U>>) : then(value)
}

/**
 * All or nothing: a transaction, or, inside one, a savepoint, so that who catches the error can go on with the rest.
 * The work of a transaction runs again if others stood in its way.
 */
export async function atomically<T>(connection: Connection, work: (inner: Connection) => Promise<T>): Promise<T> {
  const { db } = connection
  if (!db.isTransaction) return insist(connection, work)
  await sql`savepoint linkwright`.execute(db)
  try {
    const result = await work(connection)
    await sql`release savepoint linkwright`.execute(db)
    return result
  } catch (error) {
    await undo(db)
    throw error
  }
}

async function insist<T>({ db, engine }: Connection, work: (inner: Connection) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await db
        .transaction()
        // What must hold is written with its guard, which sees what others have committed meanwhile.
        .setIsolationLevel('read committed')
        .execute((inner) => work({ db: inner, engine, ask: askThrough(inner) }))
    } catch (error) {
      if (!engine.isConflict(error)) throw error
      if (attempt === ATTEMPTS) throw new LinkwrightError('UNAVAILABLE', undefined, undefined, { cause: error })
      await setTimeout(Math.random() * WAIT_MS * attempt)
    }
  }
}

/** Reads that agree with each other, and keep no writer waiting. */
export function consistently<T>({ db, engine, ask }: Connection, work: (inner: Connection) => Promise<T>): Promise<T> {
  if (db.isTransaction) return work({ db, engine, ask })
  return db
    .transaction()
    .setAccessMode('read only')
    .setIsolationLevel('repeatable read')
    .execute((inner) => work({ db: inner, engine, ask: askThrough(inner) }))
}

/** Some failures have ended the whole transaction already; the error that told so is the one to report. */
async function undo(db: Kysely<Schema>): Promise<void> {
  try {
    await sql`rollback to savepoint linkwright`.execute(db)
    await sql`release savepoint linkwright`.execute(db)
  } catch {}
}
