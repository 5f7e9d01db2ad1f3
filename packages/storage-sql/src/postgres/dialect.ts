// Kysely on a pool's connections.
import { type Dialect, PostgresDialect, type PostgresPoolClient } from 'kysely'
import type { Clients, Patience } from './clients.ts'

export function postgresDialect(clients: Clients, patience: Patience = 'bounded'): Dialect {
  return new PostgresDialect({
    pool: { connect: () => connect(clients, patience), end: () => clients.end(), options: {} },
  })
}

async function connect(clients: Clients, patience: Patience): Promise<PostgresPoolClient> {
  const client = await clients.connect(patience)
  const query = (text: string, values: readonly unknown[]) => client.query({ text, values: [...values] })
  return {
    // Cursors are the other thing that Kysely may ask for; without them it says so itself.
    query: query as unknown as PostgresPoolClient['query'],
    release: (isBroken) => client.release(isBroken),
  }
}
