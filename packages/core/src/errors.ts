// Every way in which Linkwright says no, as one closed table; each contract maps it to its own status and words.

/** A machine-readable reason. Adding one here does not compile until every contract has mapped it. */
export type ErrorCode = keyof typeof ERRORS

/** What each code means, in the words that callers see unless a more exact message is given. */
export const ERRORS = {
  UNAUTHENTICATED: 'No credential was sent.',
  INVALID_TOKEN: 'The token is malformed, revoked or expired.',
  PLAN_REQUIRED: 'The plan does not include this.',
  INSUFFICIENT_SCOPE: 'The token does not carry the required scope.',
  NOT_FOUND: 'Not found.',
  METHOD_NOT_ALLOWED: 'This method is not allowed here.',
  INVALID_JSON: 'The request body is not valid JSON.',
  VALIDATION_ERROR: 'The request does not match the expected schema.',
  INVALID_SLUG: 'The custom slug is not allowed.',
  INVALID_RULE: 'The routing rule is not valid.',
  URL_FLAGGED: 'The destination URL was flagged as unsafe.',
  SLUG_TAKEN: 'This slug is already taken on that domain.',
  DOMAIN_NOT_FOUND: 'The domain was not found.',
  DOMAIN_NOT_VERIFIED: 'The domain is not verified yet.',
  PLAN_LIMIT_EXCEEDED: 'A limit of the plan is reached.',
  RATE_LIMITED: 'Rate limit exceeded.',
  PAYLOAD_TOO_LARGE: 'The request body is too large.',
  UNSUPPORTED_MEDIA_TYPE: 'The request body must be application/json.',
  IDEMPOTENCY_MISMATCH: 'This Idempotency-Key was used with a different request.',
  IDEMPOTENCY_IN_PROGRESS: 'A request with this Idempotency-Key is still in progress.',
  UNAVAILABLE: 'Temporarily unavailable. Try again shortly.',
  INTERNAL: 'Something went wrong on our side. Retry with back-off.',
} as const

/** One thing that is wrong with an input: where (`conditions.all[1].value`), and what it should have been. */
export interface Issue {
  readonly path: string
  readonly message: string
}

/** The only error that Linkwright's services throw on purpose; anything else is a defect and shows as `INTERNAL`. */
export class LinkwrightError extends Error {
  override readonly name = 'LinkwrightError'
  readonly code: ErrorCode
  readonly details: readonly Issue[] | undefined

  constructor(code: ErrorCode, message: string = ERRORS[code], details?: readonly Issue[], options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.details = details
  }
}

/** Throws `NOT_FOUND` for nothing: what does not exist and what is not yours are the same answer. */
export function found<T>(value: T | undefined | null): T {
  if (value === undefined || value === null) throw new LinkwrightError('NOT_FOUND')
  return value
}

/** One field that is wrong, as an error. */
export function invalid(path: string, message: string, code: ErrorCode = 'VALIDATION_ERROR'): LinkwrightError {
  return invalidAll([{ path, message }], code)
}

/** All that is wrong with an input, as one error. */
export function invalidAll(details: readonly Issue[], code: ErrorCode = 'VALIDATION_ERROR'): LinkwrightError {
  const { path, message } = details[0]!
  // Some messages name their field by themselves.
  const isNamed = path === '' || message.startsWith(`${path} `)
  const words = isNamed ? message : `${path}: ${message}`
  return new LinkwrightError(code, details.length === 1 ? words : `${words} (and ${details.length - 1} more)`, details)
}
