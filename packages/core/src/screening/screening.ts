// Screening: a reputation service is asked before a destination is stored.
import { LinkwrightError } from '../errors.ts'

/** `unknown`: the service could not be reached in time. */
export type Reputation = 'clear' | 'flagged' | 'unknown'

/** Asks about URLs at once; answers for the worst of them. It never throws and never takes longer than its budget. */
export type Screen = (urls: readonly string[]) => Promise<Reputation>

export interface ScreeningPolicy {
  /** What happens to a link when the service cannot be reached: keep it and ask again later, or refuse it (503). */
  readonly whenUnknown: 'accept' | 'refuse'
}

/** @returns the screening state to store; throws `URL_FLAGGED`, or `UNAVAILABLE` where the policy refuses */
export async function screenUrls(
  screen: Screen,
  policy: ScreeningPolicy,
  urls: readonly (string | null | undefined)[],
): Promise<'clear' | 'pending'> {
  const asked = [...new Set(urls.filter((url) => typeof url === 'string'))]
  if (asked.length === 0) return 'clear'
  const reputation = await screen(asked)
  if (reputation === 'flagged') throw new LinkwrightError('URL_FLAGGED')
  if (reputation === 'clear') return 'clear'
  if (policy.whenUnknown === 'refuse')
    throw new LinkwrightError('UNAVAILABLE', 'The destination could not be screened.')
  return 'pending'
}
