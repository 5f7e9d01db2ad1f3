// A second connection that answers the redirect's questions at once, and notices what other processes commit.
import type { Change, Watch } from '@linkwright/core'
import type { Kysely } from 'kysely'
import { toChange } from '../changes.ts'
import type { Ask, Question } from '../connection.ts'
import type { Row, Schema } from '../schema.ts'
import { answering } from './dialect.ts'
import type { File, Statement } from './file.ts'

/** Answers from statements that are prepared once. The database serves to write the SQL, not to run it. */
export function askReader(reader: File, db: Kysely<Schema>): Ask {
  const prepared = new Map<unknown, Statement>()
  return <R>(question: Question<R>, ...args: string[]) =>
    answering(() => {
      let statement = prepared.get(question)
      if (statement === undefined) {
        const { sql, parameters } = question(db, ...args).compile()
        if (parameters.join() !== args.join())
          throw new Error(`A question must bind its arguments as they come: ${sql}`)
        statement = reader.prepare(sql)
        prepared.set(question, statement)
      }
      return statement.all(args) as R[]
    })
}

/** Looks every `pollMs` whether anybody has committed, and reports the changes announced since the last look. */
export function watchReader(reader: File, pollMs: number, listener: (changes: readonly Change[]) => void): Watch {
  let healthy = true
  let version = versionOf(reader)
  let seen = lastChange(reader)
  const timer = setInterval(() => {
    const changes = look()
    if (changes.length > 0) listener(changes)
  }, pollMs)
  timer.unref()
  return {
    healthy: () => healthy,
    stop() {
      clearInterval(timer)
      healthy = false
    },
  }

  function look(): readonly Change[] {
    try {
      // Clicks move the version too: most looks that it causes find nothing.
      const now = versionOf(reader)
      const rows = now === version ? [] : changesAfter(reader, seen)
      version = now
      healthy = true
      const hasGap = rows.length > 0 && rows[0]!.seq !== seen + 1
      seen = rows.at(-1)?.seq ?? seen
      // Numbers have no gaps: where one is missing, it was swept while this process stood still.
      return hasGap ? [{ kind: 'all' }] : rows.map(toChange)
    } catch {
      // The file is busy or not there; what was missed is found at the next look that succeeds.
      healthy = false
      return []
    }
  }
}

function versionOf(reader: File): unknown {
  const [row] = reader.prepare('pragma data_version').all([]) as { data_version: number }[]
  return row?.data_version
}

/** The number of the last change ever announced; 0 before the first migration. */
function lastChange(reader: File): number {
  try {
    const [row] = reader.prepare('select max(seq) as seq from linkwright_change').all([]) as { seq: number | null }[]
    return row?.seq ?? 0
  } catch {
    return 0
  }
}

function changesAfter(reader: File, seq: number): Row<'linkwright_change'>[] {
  const statement = reader.prepare('select * from linkwright_change where seq > ? order by seq')
  return statement.all([seq]) as Row<'linkwright_change'>[]
}
