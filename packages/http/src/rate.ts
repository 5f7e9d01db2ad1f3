// What replies tell about rate limits (IETF draft-ietf-httpapi-ratelimit-headers) and about trying again.
import { LinkwrightError, type Verdict, WINDOW_MS } from '@linkwright/core'
import type { Header } from './call.ts'

const WINDOW_SECONDS = WINDOW_MS / 1000
/** A service that is away is asked again after this long. */
const UNAVAILABLE_SECONDS = 5

export function rateHeaders(limit: number, { remaining, resetSeconds }: Verdict): Header[] {
  return [
    ['RateLimit-Policy', `"default";q=${limit};w=${WINDOW_SECONDS}`],
    ['RateLimit', `"default";r=${remaining};t=${resetSeconds}`],
  ]
}

export function rateLimited(limit: number, { resetSeconds }: Verdict): LinkwrightError {
  return new LinkwrightError('RATE_LIMITED', `Rate limit exceeded (${limit} req/min). Try again in ${resetSeconds}s.`)
}

/** Seconds after which a 503, or a 429 for a limit of the plan, is worth another try: meters start anew each month. */
export function retryAfter(status: number, now: number): string {
  if (status === 503) return String(UNAVAILABLE_SECONDS)
  const date = new Date(now)
  const nextMonth = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1)
  return String(Math.max(1, Math.ceil((nextMonth - now) / 1000)))
}
