// One exchange as plain values: what a handle is given, and what it answers.
import type { MaybePromise, Visit } from '@linkwright/core'

/** One request. Everything is as the client sent it; what was not asked for is never worked out. */
export interface Call extends Visit {
  /**
   * All values of a header as they came, unmerged, so that a repeated one is seen.
   * @param name in lower case
   */
  values(name: string): readonly string[]
  /**
   * Reads the whole body, once.
   * @param limit bytes; a longer body throws `PAYLOAD_TOO_LARGE`
   */
  body(limit: number): Promise<Uint8Array>
}

export type Header = readonly [name: string, value: string]

/** One response. The body is text; its length is the writer's to tell. */
export interface Reply {
  readonly status: number
  readonly headers: readonly Header[]
  readonly body?: string
}

/** Answers a call; undefined means that the call is somebody else's. */
export type Handle = (call: Call) => MaybePromise<Reply | undefined>

/** Where log lines go; pino's own shape. */
export interface Logger {
  debug(context: object, message: string): void
  info(context: object, message: string): void
  warn(context: object, message: string): void
  error(context: object, message: string): void
}

/** What names begin with, in headers (`Linkwright-Deprecation`) and in cookies (`lw_seen`). */
export interface Brand {
  readonly headerPrefix: string
  readonly cookiePrefix: string
}

export const BRAND: Brand = { headerPrefix: 'Linkwright', cookiePrefix: 'lw_' }
