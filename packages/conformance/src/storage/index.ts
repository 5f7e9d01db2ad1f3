// The storage suite: what every implementation of the storage port must do, asked through the port alone.
import { cascades } from './cascades.ts'
import { clicks } from './clicks.ts'
import { directory } from './directory.ts'
import { domains } from './domains.ts'
import { erase } from './erase.ts'
import { idempotency } from './idempotency.ts'
import { keys } from './keys.ts'
import { lifecycle } from './lifecycle.ts'
import { links } from './links.ts'
import { pages } from './pages.ts'
import { recount } from './recount.ts'
import { rules } from './rules.ts'
import { scope } from './scope.ts'
import { slugs } from './slugs.ts'
import { snapshots } from './snapshots.ts'
import { stats } from './stats.ts'
import { type Candidate, registerSubjects } from './subject.ts'
import { tokens } from './tokens.ts'
import { transactions } from './transactions.ts'
import { usage } from './usage.ts'
import { windows } from './windows.ts'

export type { Candidate } from './subject.ts'

/**
 * Registers the suite with vitest; call it at the top of a test file.
 *
 * @throws Error if `skip` names a test that does not exist
 */
export function storageSuite(candidate: Candidate): void {
  registerSubjects(candidate, {
    lifecycle,
    links,
    slugs,
    pages,
    rules,
    domains,
    tokens,
    keys,
    usage,
    windows,
    snapshots,
    scope,
    transactions,
    idempotency,
    clicks,
    stats,
    cascades,
    directory,
    recount,
    erase,
  })
}
