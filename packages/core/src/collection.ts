// The shape that rows of one kind have in storage, whoever stores them.
import type { Page, PageRequest } from './page.ts'

/** How a row is named: by its ULID, or by the positive number that contracts with integer ids show. */
export type Ref = string | number

/** Rows of one kind, reachable only through their owner. What is not there and what is another's is the same. */
export interface Collection<Row, New, Patch, Filter> {
  get(ref: Ref): Promise<Row | undefined>
  list(filter: Filter, page: PageRequest): Promise<Page<Row>>
  insert(row: New): Promise<Row>
  update(ref: Ref, patch: Patch): Promise<Row | undefined>
  delete(ref: Ref): Promise<boolean>
}
