// The migrations as SQL text, for teams that run them with a tool of their own.
import { ENGINES } from '../engine.ts'
import { LEDGER, MIGRATIONS } from './migrate.ts'

export interface MigrationSql {
  readonly name: string
  /** The statements, and the note in `linkwright_migration` that they have run. */
  readonly sql: string
}

/** Writes out every migration for one engine, oldest first. */
export function migrationSql(engine: keyof typeof ENGINES): readonly MigrationSql[] {
  return MIGRATIONS.map(({ name, statements }) => {
    const note = `insert into linkwright_migration (name) values ('${name}')`
    return {
      name,
      sql: [LEDGER, ...statements(ENGINES[engine]), note].map((statement) => `${statement};\n`).join('\n'),
    }
  })
}
