// The command line: every command, one clear line for every mistake, exit code 2 for usage and 1 for the rest.
import { createRequire } from 'node:module'
import { LinkwrightError } from '@linkwright/core'
import { Command, CommanderError } from 'commander'
import { UsageError } from '../values.ts'
import { addClicks } from './clicks.ts'
import { addDatabase } from './database.ts'
import { addDomains } from './domains.ts'
import { addErase } from './erase.ts'
import { addKeys } from './keys.ts'
import { addLinks } from './links.ts'
import { addPlan } from './plan.ts'
import { addRules } from './rules.ts'
import { addServe } from './serve.ts'
import { addTokens } from './tokens.ts'
import { addUsage } from './usage.ts'
import { addUsers } from './users.ts'

const COMMANDS = [
  ...[addServe, addDatabase, addUsers, addTokens, addDomains, addKeys, addUsage, addLinks, addRules],
  ...[addClicks, addErase, addPlan],
]

/** @returns the exit code */
export async function run(args: readonly string[]): Promise<number> {
  try {
    await createProgram().parseAsync(args, { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    process.stderr.write(`linkwright: ${explain(error)}\n`)
    return isUsage(error) ? 2 : 1
  }
}

function createProgram(): Command {
  const program = new Command('linkwright')
    .description('Link shortening: the standalone server and its operators’ tools.')
    .version(readVersion())
    .addHelpText('after', HELP)
  for (const add of COMMANDS) add(program)
  // Commander ends the process by itself unless told not to, and prints its own complaint in one line.
  for (const command of everyCommand(program)) {
    command
      .exitOverride()
      .showHelpAfterError(false)
      .configureOutput({ outputError: (text, write) => write(`linkwright: ${oneLine(text)}\n`) })
    if (command.commands.length > 0 && command !== program) command.helpCommand(false)
  }
  return program
}

function everyCommand(command: Command): Command[] {
  return [command, ...command.commands.flatMap(everyCommand)]
}

const HELP = `
Environment:
  DATABASE_URL          sqlite:PATH (default: sqlite:./.data/linkwright.db) or postgres://…
  REDIS_URL             redis://HOST:PORT; or REDIS_CLUSTER, HOST:PORT,…; REDIS_PREFIX and REDIS_CACHE change its use
  CLICK_JOURNAL         where clicks wait: spool (default; SPOOL_DIR, SPOOL_SYNC), redis or fast
  CLICK_RETENTION_DAYS  days after which raw clicks are removed (default: never)
  WORKERS               processes that serve, or auto (default: 1)
  PORT                  port to serve on (default: 3000)
  LINKWRIGHT_ORIGIN     where links live, such as https://go.example.com (default: http://localhost:PORT)
  LINKWRIGHT_SECRET     at least 32 bytes; required with NODE_ENV=production
  DEFAULT_PLAN          plan of new users (default: free)
  TRUST_PROXY           proxies to believe, as CIDRs, comma-separated
  COUNTRY_HEADER        header in which such a proxy tells the visitor's country
  GEOIP_DB              mmdb file for countries
  BLOCKLIST_FILE        hosts and URLs that are refused, one a line
  SAFE_BROWSING_API_KEY Google Safe Browsing; SAFE_BROWSING_URL points elsewhere
  TOKEN_PREFIX          what new tokens begin with (default: lw_pk_); KEY_PROFILE changes their whole form
  SQLITE_SYNCHRONOUS    normal, or full to survive a power cut
  LOG_LEVEL             debug, info, warn, error or silent (default: info)
`

function explain(error: unknown): string {
  if (!(error instanceof Error)) return 'something went wrong'
  if (!(error instanceof LinkwrightError && error.code === 'UNAVAILABLE')) return oneLine(error.message)
  return `the database cannot be used: ${error.cause instanceof Error ? oneLine(reasonOf(error.cause)) : error.message}`
}

/** Node tries several addresses of a host, and its error for all of them says nothing. */
function reasonOf(error: Error): string {
  return error instanceof AggregateError && error.message === '' ? String(error.errors[0]?.message) : error.message
}

function isUsage(error: unknown): boolean {
  return error instanceof UsageError || (error instanceof LinkwrightError && USAGE.has(error.code))
}

const USAGE = new Set<string>(['VALIDATION_ERROR', 'INVALID_SLUG', 'INVALID_RULE'])

function oneLine(text: string): string {
  return text
    .trim()
    .replace(/^error: /, '')
    .replace(/\s*\n\s*/g, ' ')
}

/** By its own name: where this file lies differs between source and build. */
function readVersion(): string {
  return (createRequire(import.meta.url)('linkwright/package.json') as { version: string }).version
}
