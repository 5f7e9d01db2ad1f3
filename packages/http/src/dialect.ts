// A dialect: how one HTTP contract speaks, whatever it speaks about.
import type { Caller, ErrorCode, LinkwrightError } from '@linkwright/core'
import type { Call, Header } from './call.ts'
import type { Deprecation } from './contract.ts'

/** What a dialect says that is the same for every caller: enough to document it. */
export interface Speech {
  /** Every error's answer; a new error does not compile until each dialect has one. */
  readonly errors: Readonly<Record<ErrorCode, ErrorAnswer>>
  /** JSON Schema of a failure, and what one looks like. */
  readonly failure: object
  example(code: ErrorCode): unknown
  /** How credentials are sent, as an OpenAPI security scheme. */
  readonly security: object
  /** When the contract as a whole is on its way out. */
  readonly deprecated?: Deprecation | undefined
}

export interface Dialect extends Speech {
  /** Who calls. @throws LinkwrightError `UNAUTHENTICATED`, `INVALID_TOKEN` */
  authenticate(call: Call): Promise<Caller>
  /** The body of a success. */
  ok(value: unknown): string
  /** The body of a failure. */
  fail(error: LinkwrightError): string
}

export interface ErrorAnswer {
  readonly status: number
  /** What this answer carries besides the headers of every reply. */
  readonly headers?: readonly Header[]
}
