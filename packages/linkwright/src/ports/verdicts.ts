// What a reputation service last said of a URL, for as long as it holds.
import type { Clock, Reputation } from '@linkwright/core'
import type { Match } from './threats.ts'

export interface Verdicts {
  get(url: string): Exclude<Reputation, 'unknown'> | undefined
  /** Remembers the answer to a question about some URLs. @returns what it means for all of them together */
  learn(urls: readonly string[], matches: readonly Match[]): Reputation
}

/** The oldest make way. */
const MOST = 5000
/** The service says nothing of how long a URL stays clean: a retry is spared a call, a fresh threat is not missed for long. */
const CLEAR_MS = 60_000
const DAY_MS = 86_400_000

export function createVerdicts(clock: Clock): Verdicts {
  const verdicts = new Map<string, { readonly reputation: 'clear' | 'flagged'; readonly until: number }>()

  return {
    get(url) {
      const verdict = verdicts.get(url)
      return verdict !== undefined && clock() < verdict.until ? verdict.reputation : undefined
    },

    learn(urls, matches) {
      if (matches.length === 0) {
        for (const url of urls) keep(url, 'clear', CLEAR_MS)
        return 'clear'
      }
      // The service may spell a URL in its own way: which of them are clear cannot be told beside a match.
      for (const { url, forMs } of matches) if (urls.includes(url)) keep(url, 'flagged', Math.min(forMs, DAY_MS))
      return 'flagged'
    },
  }

  function keep(url: string, reputation: 'clear' | 'flagged', forMs: number): void {
    verdicts.delete(url)
    if (verdicts.size >= MOST) verdicts.delete(verdicts.keys().next().value ?? '')
    verdicts.set(url, { reputation, until: clock() + forMs })
  }
}
