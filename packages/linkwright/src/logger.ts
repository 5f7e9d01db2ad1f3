// The logger that the standalone server brings: one JSON object a line, in pino's shape.
import type { Logger } from '@linkwright/http'

export const LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type Level = (typeof LEVELS)[number]

/** @param write takes whole lines */
export function createLogger(level: Level, write: (line: string) => void): Logger {
  const from = LEVELS.indexOf(level)
  const at = (name: Exclude<Level, 'silent'>) => (fields: object, message: string) => {
    if (LEVELS.indexOf(name) < from) return
    // JSON escapes line breaks and control characters: nobody's input can forge a line.
    write(`${JSON.stringify({ level: name, time: new Date().toISOString(), message, ...plain(fields) })}\n`)
  }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

/** Errors lose all they hold when written as JSON; their stack belongs in the log, and only there. */
function plain(fields: object): object {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, value instanceof Error ? plainError(value) : value]),
  )
}

function plainError({ name, message, stack, cause }: Error): object {
  return { name, message, stack, ...(cause instanceof Error ? { cause: plainError(cause) } : {}) }
}
