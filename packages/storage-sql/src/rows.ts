// Inserting many rows at a time, with the SQL built once for each number of rows: that costs more than running it.
import {
  type Compilable,
  CompiledQuery,
  type Insertable,
  type InsertQueryBuilder,
  type InsertResult,
  type Kysely,
} from 'kysely'
import type { Schema } from './schema.ts'

/** Writes rows, and gives what the statement returns of them. */
export type InsertRows<T extends keyof Schema, Result> = (
  db: Kysely<Schema>,
  rows: readonly Insertable<Schema[T]>[],
) => Promise<Result[]>

/**
 * @param columns all columns of the rows
 * @param most rows a statement: engines cap how many values one may bind
 * @param finish adds what follows the values; it binds no value of its own
 */
export function insertRows<T extends keyof Schema, Result = unknown>(
  table: T,
  columns: readonly (keyof Insertable<Schema[T]>)[],
  most: number,
  finish: (insert: InsertQueryBuilder<Schema, T, InsertResult>) => Compilable,
): InsertRows<T, Result> {
  const texts = new Map<number, string>()
  return async (db, rows) => {
    const results: Result[] = []
    for (const part of batches(rows, most)) {
      let text = texts.get(part.length)
      if (text === undefined) {
        // Kysely takes the order of columns from the rows.
        const ordered = part.map((row) => Object.fromEntries(columns.map((column) => [column, row[column]])))
        text = finish(db.insertInto(table).values(ordered as Insertable<Schema[T]>[])).compile().sql
        texts.set(part.length, text)
      }
      const values = part.flatMap((row) => columns.map((column) => row[column]))
      const { rows: returned } = await db.executeQuery(CompiledQuery.raw(text, values))
      results.push(...(returned as Result[]))
    }
    return results
  }
}

export function* batches<T>(rows: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < rows.length; start += size) yield rows.slice(start, start + size)
}
