// What errors of pg and of the server mean for those who asked.
import { LinkwrightError } from '@linkwright/core'

/** Codes of the server: on its way down or up, out of connections or space, too slow, read only, or not heard any more. */
const AWAY = /^(08...|57P0[1-5]|57014|55P03|53[1-4]00|25006|25P0[34])$/
/** Codes of sockets and of the look-up of names. */
const UNREACHABLE = /^(ECONN\w+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENOTFOUND|EAI_AGAIN|ENOENT)$/
/** What pg says in words alone. */
const LOST =
  /^(Connection terminated|Query read timeout|timeout e|Client has encountered a connection error|Client was closed)/
/** Of what means that the server is away: what leaves the connection as it was. */
const HARMLESS = /^(57014|55P03|53[1-4]00|25006)$/

/** That the database is away is an answer that every contract knows. */
export function translate(error: unknown): unknown {
  return isUnavailable(error) ? new LinkwrightError('UNAVAILABLE', undefined, undefined, { cause: error }) : error
}

/** Whether the connection is of no use any more after this error. */
export function isBroken(error: unknown): boolean {
  return isUnavailable(error) && !HARMLESS.test(codeOf(error))
}

/** Whether a prepared statement does not fit the tables any more. */
export function isOutdated(error: unknown): boolean {
  return codeOf(error) === '0A000'
}

function isUnavailable(error: unknown): boolean {
  const code = codeOf(error)
  return AWAY.test(code) || UNREACHABLE.test(code) || (error instanceof Error && LOST.test(error.message))
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
