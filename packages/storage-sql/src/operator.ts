// What operators do with the rows of everybody.
import type { OperatorStorage } from '@linkwright/core'
import type { Connection } from './connection.ts'
import { eraseStore } from './erase.ts'
import { recountStore } from './recount.ts'

export function operatorStorage(connection: Connection): OperatorStorage {
  return { recount: recountStore(connection), erase: eraseStore(connection) }
}
