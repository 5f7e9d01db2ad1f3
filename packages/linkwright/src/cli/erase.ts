// linkwright erase: removes what is kept of a visitor, or of an owner, and says what it did and what nobody can.
import { isIP } from 'node:net'
import { type Estate, LinkwrightError, type RowCounts, type VisitorErased } from '@linkwright/core'
import type { Command } from 'commander'
import { UsageError } from '../values.ts'
import { idOf, type Session, withSession } from './session.ts'

interface Options {
  readonly visitor?: string
  readonly userAgent?: string
  readonly owner?: string
  readonly yes?: boolean
  readonly json?: boolean
}

/** Rows of an owner, in the order in which people are told of them. */
const KINDS = [
  ...['users', 'projects', 'domains', 'links', 'rules', 'hours', 'visitors', 'clicks'],
  ...['tokens', 'keys', 'nonces', 'usage', 'replies'],
]

const TOMBSTONES =
  'Slugs stay held for 30 days: what holds them is the slug, the moment, and the id of the plan subject, which says nothing about anybody.'
const CLICKS_STAY = 'The clicks stay counted; nobody is behind them any more.'

export function addErase(program: Command): void {
  program
    .command('erase')
    .description('remove what is kept of a visitor or of an owner')
    .option('--visitor <id>', 'an IP address, with --user-agent, or a pseudonym of raw clicks (24 hex digits)')
    .option('--user-agent <text>', 'the User-Agent header that the visitor sends')
    .option('--owner <id>', 'a user (usr_…) with all projects, or the id of one project')
    .option('--yes', 'erase the owner; without it, only say what would be removed')
    .option('--json', 'print one JSON object')
    .action((options: Options) => {
      const work = readWork(options)
      return withSession(options.json, work)
    })
}

/** Judged before the database is opened. */
function readWork({ visitor, userAgent, owner, yes = false }: Options): (session: Session) => Promise<void> {
  if ((visitor === undefined) === (owner === undefined)) throw new UsageError('give either --visitor or --owner')
  if (owner !== undefined) {
    if (userAgent !== undefined) throw new UsageError('--user-agent goes with --visitor')
    const id = owner.startsWith('usr_') ? idOf('usr_', owner) : owner
    return (session) => eraseOwner(session, owner, id, yes)
  }
  if (yes) throw new UsageError('--yes goes with --owner')
  if (/^[0-9a-f]{24}$/.test(visitor!)) {
    if (userAgent !== undefined) throw new UsageError('a pseudonym takes no --user-agent')
    return (session) => erasePseudonym(session, visitor!)
  }
  if (isIP(visitor!) === 0) throw new UsageError('--visitor must be an IP address or a pseudonym of 24 hex digits')
  if (userAgent === undefined) {
    throw new UsageError('an address needs --user-agent: visitors are told apart by both together, and by nothing else')
  }
  return (session) => eraseAddress(session, visitor!, userAgent)
}

async function eraseAddress(session: Session, ip: string, userAgent: string): Promise<void> {
  const erased = await session.core.erasure.visitor(ip, userAgent)
  const days = erased.days.map(({ day }) => day).join(', ')
  const known =
    days === '' ? 'No day has a salt any more.' : `Only days that still have a salt could be looked at: ${days}.`
  tellVisitor(session, erased, [CLICKS_STAY, `${known} Of older days nobody can tell whose clicks they were.`])
}

async function erasePseudonym(session: Session, pseudonym: string): Promise<void> {
  const erased = await session.core.erasure.pseudonym(pseudonym)
  tellVisitor(session, erased, [CLICKS_STAY, 'All days were looked at; a pseudonym is of one of them.'])
}

function tellVisitor({ output }: Session, { days }: VisitorErased, notes: readonly string[]): void {
  output.print(
    { days, notes },
    {
      columns: ['day', 'raw clicks', 'unique visits'],
      rows: days.map(({ day, clicks, visitors }) => [day ?? 'all', clicks, visitors]),
      note: notes.join('\n'),
    },
  )
}

async function eraseOwner(session: Session, owner: string, id: string, yes: boolean): Promise<void> {
  const { erasure } = session.core
  const estate = await erasure.find(id).catch((error: unknown) => {
    const isMissing = error instanceof LinkwrightError && error.code === 'NOT_FOUND'
    throw isMissing ? new Error(`there is no user or project ${owner}`) : error
  })
  const counts = await (yes ? erasure.owner(estate) : erasure.count(estate))
  const notes = notesOf(estate)
  const shown = { owner, erased: yes, counts: inOrder(counts), notes }
  session.output.print(shown, {
    columns: ['', yes ? 'erased' : 'would be erased'],
    rows: Object.entries(shown.counts),
    note: notes.join('\n'),
  })
  if (!yes) throw new Error('nothing was erased: add --yes to erase this for good')
}

function notesOf({ subject }: Estate): readonly string[] {
  const left = 'The user stays, with what counts on the plan, and domains that links of other projects are on.'
  return subject === null ? [left, TOMBSTONES] : [TOMBSTONES]
}

function inOrder(counts: RowCounts): RowCounts {
  return Object.fromEntries(KINDS.map((kind) => [kind, counts[kind] ?? 0]))
}
