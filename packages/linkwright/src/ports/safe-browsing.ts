// Screening by Google Safe Browsing (Lookup API, v4).
import type { Clock, Reputation, Screen } from '@linkwright/core'
import { worst } from './screens.ts'
import { type Match, question, readMatches } from './threats.ts'
import { createVerdicts } from './verdicts.ts'

export interface SafeBrowsingOptions {
  readonly apiKey: string
  /** Where the service is, without `/v4`: Google's by default. */
  readonly url?: string | undefined
  /** How long an answer may take, in milliseconds, before it is `unknown`: 2,000 by default. */
  readonly budgetMs?: number | undefined
  readonly fetch?: typeof fetch | undefined
  /** Told why an answer was `unknown`, in words that hold neither the key nor a URL. */
  readonly warn?: ((message: string) => void) | undefined
  readonly clock?: Clock | undefined
}

/** What the service takes in one call. */
const BATCH = 500
/** 500 matches of the longest URLs are half of this. */
const MAX_BYTES = 4 * 1024 * 1024

/**
 * A screen that asks Google Safe Browsing, or a service of your own that speaks the same protocol. Anything but
 * a readable answer in time is `unknown`. Answers are remembered for as long as the service says; that it knows
 * nothing of a URL, for a minute.
 *
 * @throws Error where the key is empty or the URL is none
 */
export function safeBrowsing(options: SafeBrowsingOptions): Screen {
  const { apiKey, url = 'https://safebrowsing.googleapis.com', budgetMs = 2000, warn = () => {} } = options
  if (apiKey === '') throw new Error('Safe Browsing needs an API key.')
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) throw new Error('The Safe Browsing URL is not an http(s) URL.')
  const address = `${url.replace(/\/+$/, '')}/v4/threatMatches:find?key=${encodeURIComponent(apiKey)}`
  const verdicts = createVerdicts(options.clock ?? Date.now)

  return async (urls) => {
    const known = urls.map((each) => verdicts.get(each))
    if (known.includes('flagged')) return 'flagged'
    const open = [...new Set(urls.filter((_, index) => known[index] === undefined))]
    if (open.length === 0) return 'clear'
    const budget = new AbortController()
    const timer = setTimeout(() => budget.abort(), budgetMs)
    try {
      return worst(await Promise.all(batches(open).map((batch) => ask(batch, budget.signal))))
    } finally {
      clearTimeout(timer)
    }
  }

  async function ask(urls: readonly string[], signal: AbortSignal): Promise<Reputation> {
    const answer = await Promise.race([find(urls, signal), outOfTime(signal)])
    if (typeof answer === 'string') {
      warn(`Safe Browsing ${answer}.`)
      return 'unknown'
    }
    return verdicts.learn(urls, answer)
  }

  /** The matches, or what went wrong. Errors are put into our own words: those of others quote the address, and with it the key. */
  async function find(urls: readonly string[], signal: AbortSignal): Promise<readonly Match[] | string> {
    let text: string | null
    try {
      const response = await (options.fetch ?? fetch)(address, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify(question(urls)),
        // Nobody else is shown the key.
        redirect: 'manual',
        signal,
      })
      if (response.status !== 200) {
        await response.body?.cancel()
        return `answered ${response.status}`
      }
      text = await readCapped(response, MAX_BYTES)
    } catch {
      return signal.aborted ? 'did not answer in time' : 'could not be reached'
    }
    return text === null ? 'answered too much' : (readMatches(text) ?? 'answered something that is not its protocol')
  }
}

/** In time for a caller even where the transport does not heed the signal. */
function outOfTime(signal: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve('did not answer in time'), { once: true })
  })
}

function batches(urls: readonly string[]): readonly (readonly string[])[] {
  return Array.from({ length: Math.ceil(urls.length / BATCH) }, (_, at) => urls.slice(at * BATCH, (at + 1) * BATCH))
}

/** The body as text; null, and the connection given up, where it is longer than it may be. */
async function readCapped(response: Response, maxBytes: number): Promise<string | null> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
