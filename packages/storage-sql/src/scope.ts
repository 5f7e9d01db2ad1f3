// The rows of one owner, or of one plan subject. Files of owned aggregates get a scope and never the database itself.
import type { Owner } from '@linkwright/core'
import type {
  DeleteQueryBuilder,
  DeleteResult,
  Insertable,
  InsertQueryBuilder,
  InsertResult,
  Kysely,
  SelectQueryBuilder,
  UpdateQueryBuilder,
  UpdateResult,
} from 'kysely'
import { sql } from 'kysely'
import { atomically, type Connection, consistently } from './connection.ts'
import type { Schema } from './schema.ts'
import { Slugs } from './slugs.ts'

/** The column that says whose a row is. */
export type Whose = 'owner_id' | 'subject'

/** Tables that have that column, as text that is always there. */
export type TablesOf<W extends Whose> = {
  [T in keyof Schema]: Schema[T] extends Record<W, string> ? T : never
}[keyof Schema]

type Only<T extends keyof Schema> = Pick<Schema, T>
type Nothing = Record<never, never>

/** Kysely cannot resolve a table that is still a type parameter, so inside this file tables are loose. */
type Loose = Kysely<Record<string, Record<string, unknown>>>

export class Scope<W extends Whose> {
  readonly owner: Owner
  readonly slugs: Slugs
  readonly #connection: Connection
  readonly #whose: W

  constructor(connection: Connection, owner: Owner, whose: W) {
    this.owner = owner
    this.slugs = new Slugs(connection, owner.subject)
    this.#connection = connection
    this.#whose = whose
  }

  /** What the owner's plan subject has, in all its projects. */
  ofSubject(): Scope<'subject'> {
    return new Scope(this.#connection, this.owner, 'subject')
  }

  select<T extends TablesOf<W>>(table: T): SelectQueryBuilder<Only<T>, T, Nothing> {
    const query = this.#loose.selectFrom(nameOf(table)).where(...this.#mine)
    return query as unknown as SelectQueryBuilder<Only<T>, T, Nothing>
  }

  /**
   * Rows by their ids, newest first. Owner and id are compared as a pair, so that the index of both is walked: told that
   * the owner is one, Postgres may walk the ids of all owners instead.
   */
  newestFirst<T extends TablesOf<W>>(table: T, after: string | undefined): SelectQueryBuilder<Only<T>, T, Nothing> {
    const whose = sql.ref(this.#whose)
    const end = after === undefined ? sql`${whose} <= ${this.#id}` : sql`(${whose}, id) < (${this.#id}, ${after})`
    const query = this.#loose
      .selectFrom(nameOf(table))
      .where(sql<boolean>`${whose} >= ${this.#id} and ${end}`)
      .orderBy(this.#whose, 'desc')
      .orderBy('id', 'desc')
    return query as unknown as SelectQueryBuilder<Only<T>, T, Nothing>
  }

  /** The owner of the row is the scope's, whatever the row says. */
  insert<T extends TablesOf<W>>(
    table: T,
    row: Omit<Insertable<Schema[T]>, W>,
  ): InsertQueryBuilder<Only<T>, T, InsertResult> {
    const query = this.#loose.insertInto(nameOf(table)).values({ ...row, [this.#whose]: this.#id })
    return query as unknown as InsertQueryBuilder<Only<T>, T, InsertResult>
  }

  update<T extends TablesOf<W>>(table: T): UpdateQueryBuilder<Only<T>, T, T, UpdateResult> {
    const query = this.#loose.updateTable(nameOf(table)).where(...this.#mine)
    return query as unknown as UpdateQueryBuilder<Only<T>, T, T, UpdateResult>
  }

  delete<T extends TablesOf<W>>(table: T): DeleteQueryBuilder<Only<T>, T, DeleteResult> {
    const query = this.#loose.deleteFrom(nameOf(table)).where(...this.#mine)
    return query as unknown as DeleteQueryBuilder<Only<T>, T, DeleteResult>
  }

  /** Whether the row is there; if so, it stays as it is until the transaction ends. */
  async hold<T extends TablesOf<W>>(table: T, id: string): Promise<boolean> {
    const query = this.#loose
      .selectFrom(nameOf(table))
      .select('id')
      .where(...this.#mine)
      .where('id', '=', id)
    const locked = this.#connection.engine.locksRows ? query.forNoKeyUpdate() : query
    return (await locked.executeTakeFirst()) !== undefined
  }

  /** Whether what is read has to be locked to stay as it is. */
  get locksRows(): boolean {
    return this.#connection.engine.locksRows && this.#connection.db.isTransaction
  }

  /** Lets one transaction at a time go on from here, of all that take a lock of this name. */
  lock(name: string): Promise<void> {
    return this.#connection.engine.lock(this.#connection.db, name)
  }

  /** All or nothing, inside a transaction or not. */
  atomically<T>(work: (scope: Scope<W>) => Promise<T>): Promise<T> {
    return atomically(this.#connection, (inner) => work(new Scope(inner, this.owner, this.#whose)))
  }

  /** Several reads of one moment. */
  consistently<T>(work: (scope: Scope<W>) => Promise<T>): Promise<T> {
    return consistently(this.#connection, (inner) => work(new Scope(inner, this.owner, this.#whose)))
  }

  get #mine(): [column: string, operator: '=', value: string] {
    return [this.#whose, '=', this.#id]
  }

  get #id(): string {
    return this.#whose === 'subject' ? this.owner.subject : this.owner.id
  }

  get #loose(): Loose {
    return this.#connection.db as unknown as Loose
  }
}

function nameOf(table: keyof Schema): string {
  return table
}
