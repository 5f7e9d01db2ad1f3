// How tables are written: every write works on drafts that are laid over them and commit whole.
import { eachTable, type Table, type Tables } from './tables.ts'

/** Tables, and the one way to write them. Reads see what is committed. */
export interface Space {
  readonly tables: Tables
  /** Runs the work on a draft, one at a time. A throw leaves the tables as they were. */
  write<T>(work: (draft: Tables) => T | Promise<T>): Promise<T>
  /** Refuses every write from now on. */
  end(): void
}

export function createSpace(tables: Tables): Space {
  let last: Promise<unknown> = Promise.resolve()
  let ended = false
  return {
    tables,
    write(work) {
      const done = last.then(async () => {
        if (ended) throw new Error('This transaction has ended')
        const drafts: Draft<unknown>[] = []
        const result = await work(
          eachTable((name) => {
            const draft = new Draft(tables[name])
            drafts.push(draft)
            return draft
          }),
        )
        for (const draft of drafts) draft.commit()
        return result
      })
      last = done.catch(() => undefined)
      return done
    },
    end() {
      ended = true
    },
  }
}

/** Changes to a table that nobody else sees until they are committed. */
class Draft<Row> implements Table<Row> {
  readonly #below: Table<Row>
  readonly #set = new Map<string, Row>()
  readonly #deleted = new Set<string>()

  constructor(below: Table<Row>) {
    this.#below = below
  }

  get(key: string): Row | undefined {
    if (this.#deleted.has(key)) return undefined
    return this.#set.has(key) ? this.#set.get(key) : this.#below.get(key)
  }

  set(key: string, row: Row): void {
    this.#deleted.delete(key)
    this.#set.set(key, row)
  }

  delete(key: string): void {
    this.#set.delete(key)
    this.#deleted.add(key)
  }

  *entries(): Iterable<[string, Row]> {
    for (const entry of this.#below.entries()) {
      if (!this.#set.has(entry[0]) && !this.#deleted.has(entry[0])) yield entry
    }
    yield* this.#set.entries()
  }

  *values(): Iterable<Row> {
    for (const [, row] of this.entries()) yield row
  }

  commit(): void {
    for (const key of this.#deleted) this.#below.delete(key)
    for (const [key, row] of this.#set) this.#below.set(key, row)
  }
}
