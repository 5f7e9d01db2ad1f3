// `@linkwright/storage-sql`: what all engines have in common. A storage comes from the subpath of its engine.
export { type MigrationSql, migrationSql } from './migrations/sql.ts'
