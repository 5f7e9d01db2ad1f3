// What a migration is.
import type { Engine } from '../engine.ts'

export interface Migration {
  /** Under this name it is noted as done; names sort in the order of the migrations. */
  readonly name: string
  statements(engine: Engine): Iterable<string>
}
