// The redirect's questions, as statements that each connection prepares once.
import { createHash } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { Ask, Question } from '../connection.ts'
import type { Schema } from '../schema.ts'
import type { Clients } from './clients.ts'
import { isOutdated } from './errors.ts'

interface Prepared {
  readonly name: string
  readonly text: string
}

/** The database serves to write the SQL, not to run it. */
export function askPrepared(clients: Clients, db: Kysely<Schema>): Ask {
  const prepared = new Map<unknown, Prepared>()

  function prepare<R>(question: Question<R>, args: readonly string[]): Prepared {
    const known = prepared.get(question)
    if (known !== undefined) return known
    const { sql: text, parameters } = question(db, ...args).compile()
    if (parameters.join() !== args.join()) throw new Error(`A question must bind its arguments as they come: ${text}`)
    // Named by what it says: another version on the same connection may ask something else.
    const name = `linkwright_${createHash('sha256').update(text).digest('hex').slice(0, 16)}`
    prepared.set(question, { name, text })
    return { name, text }
  }

  return async <R>(question: Question<R>, ...args: string[]) => {
    const { name, text } = prepare(question, args)
    const client = await clients.connect('bounded')
    try {
      return (await client.query({ name, text, values: args })).rows as R[]
    } catch (error) {
      // A migration has changed the tables since this connection prepared it.
      if (!isOutdated(error)) throw error
      return (await client.query({ text, values: args })).rows as R[]
    } finally {
      client.release()
    }
  }
}
