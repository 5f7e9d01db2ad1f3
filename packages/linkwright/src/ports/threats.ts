// What is said to Google Safe Browsing and back: threatMatches:find of the Lookup API, v4.

/** A URL that is on one of the lists. */
export interface Match {
  readonly url: string
  /** How long this holds, in milliseconds. */
  readonly forMs: number
}

const THREAT_TYPES = ['MALWARE', 'SOCIAL_ENGINEERING', 'UNWANTED_SOFTWARE', 'POTENTIALLY_HARMFUL_APPLICATION'] as const

export function question(urls: readonly string[]): object {
  return {
    client: { clientId: 'linkwright', clientVersion: '1' },
    threatInfo: {
      threatTypes: THREAT_TYPES,
      platformTypes: ['ANY_PLATFORM'],
      threatEntryTypes: ['URL'],
      threatEntries: urls.map((url) => ({ url })),
    },
  }
}

/** @returns null for what is no answer of this service: a clean one is an object without matches */
export function readMatches(text: string): readonly Match[] | null {
  const answer = parseObject(text)
  if (answer === null) return null
  const { matches = [] } = answer as { matches?: unknown }
  return Array.isArray(matches) ? matches.map(readMatch) : null
}

/** A match is one whatever it looks like: what cannot be read of it only cannot be remembered. */
function readMatch(match: { threat?: { url?: unknown } | null; cacheDuration?: unknown } | null): Match {
  const url = match?.threat?.url
  const seconds = /^(\d{1,9}(?:\.\d+)?)s$/.exec(String(match?.cacheDuration))?.[1]
  return { url: typeof url === 'string' ? url : '', forMs: Number(seconds ?? 0) * 1000 }
}

function parseObject(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && !Array.isArray(value) ? value : null
  } catch {
    return null
  }
}
