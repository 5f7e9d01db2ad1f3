// Writes the migrations out as SQL files: node --conditions=@linkwright/source packages/storage-sql/scripts/write-sql.ts
import { mkdirSync, writeFileSync } from 'node:fs'
import { migrationSql } from '../src/migrations/sql.ts'

for (const engine of ['sqlite', 'postgres'] as const) {
  const folder = new URL(`../sql/${engine}/`, import.meta.url)
  mkdirSync(folder, { recursive: true })
  for (const { name, sql } of migrationSql(engine)) writeFileSync(new URL(`${name}.sql`, folder), sql)
}
