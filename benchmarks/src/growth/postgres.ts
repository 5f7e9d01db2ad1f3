// A size's own schema in Postgres, filled by COPY.
import { postgres } from '@linkwright/storage-sql/postgres'
import pg, { type Client } from 'pg'
import type { Bulk, TableSize } from './bulk.ts'
import { copyInto } from './copy.ts'
import type { Place } from './place.ts'

const SIZES = `
select coalesce(parent.relname, relation.relname) as "table",
  sum(pg_total_relation_size(relation.oid))::float8 as bytes, sum(greatest(relation.reltuples, 0))::float8 as rows
from pg_class as relation
left join pg_inherits on inhrelid = relation.oid
left join pg_class as parent on parent.oid = inhparent
where relation.relkind = 'r' and relation.relnamespace = current_schema()::regnamespace
group by 1`

export async function openPostgres(url: string, schema: string): Promise<Place> {
  const storage = postgres(url, { schema })
  await storage.migrate()
  return {
    storage,
    bulk: () => openBulk(url, schema),
    async remove() {
      await storage.close()
      const client = await connect(url, schema)
      await client.query({ text: `drop schema ${schema} cascade` })
      await client.end()
    },
  }
}

async function openBulk(url: string, schema: string): Promise<Bulk> {
  const client = await connect(url, schema)
  // Foreign keys are not asked for rows that are known to have them.
  await client.query({ text: 'set session_replication_role = replica' })
  return {
    insert: (table, columns, rows) => copyInto(client, table, columns, rows),

    async finish() {
      // As autovacuum would after a while.
      await client.query({ text: 'vacuum analyze' })
      await client.query({ text: 'checkpoint' })
      const { rows } = await client.query({ text: SIZES })
      await client.end()
      return rows as TableSize[]
    },
  }
}

async function connect(url: string, schema: string): Promise<Client> {
  const client = new pg.Client({ connectionString: url, options: `-c search_path=${schema}` })
  await client.connect()
  return client
}
