// Which slugs are held, whoever holds them: by links, and by links that were deleted.
import type { Kysely } from 'kysely'
import type { Connection } from './connection.ts'
import type { Schema } from './schema.ts'

/** A slug on its domain, as it is held against others. */
export interface Place {
  readonly domainKey: string
  readonly slugKey: string
}

export class Slugs {
  readonly #db: Kysely<Schema>
  readonly #subject: string

  constructor({ db }: Connection, subject: string) {
    this.#db = db
    this.#subject = subject
  }

  /** Whether a link has the slug. */
  async isUsed({ domainKey, slugKey }: Place): Promise<boolean> {
    const row = await this.#db
      .selectFrom('linkwright_link')
      .select('id')
      .where('domain_key', '=', domainKey)
      .where('slug_key', '=', slugKey)
      .executeTakeFirst()
    return row !== undefined
  }

  /** Whether another subject deleted a link of that slug after `since`. */
  async isMourned({ domainKey, slugKey }: Place, since: number): Promise<boolean> {
    const row = await this.#db
      .selectFrom('linkwright_tombstone')
      .select('at')
      .where('domain_key', '=', domainKey)
      .where('slug_key', '=', slugKey)
      .where('subject', '!=', this.#subject)
      .where('at', '>', since)
      .executeTakeFirst()
    return row !== undefined
  }

  /** Notes that the subject's link of that slug is gone. Only the last one to go is of interest. */
  async bury({ domainKey, slugKey }: Place, at: number): Promise<void> {
    const subject = this.#subject
    await this.#db
      .insertInto('linkwright_tombstone')
      .values({ domain_key: domainKey, slug_key: slugKey, subject, at })
      .onConflict((conflict) => conflict.columns(['domain_key', 'slug_key']).doUpdateSet({ subject, at }))
      .execute()
  }

  /** Forgets who had the slug before: a link has it again. */
  async unbury({ domainKey, slugKey }: Place): Promise<void> {
    await this.#db
      .deleteFrom('linkwright_tombstone')
      .where('domain_key', '=', domainKey)
      .where('slug_key', '=', slugKey)
      .execute()
  }
}
