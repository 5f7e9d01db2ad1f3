// How much a destination looks like one to trust, from its URL alone, with the reasons.

export interface Trust {
  /** 0–100, from a base of 50. */
  readonly score: number
  /** Signed parts that add up to the score from 50: `+30 HTTPS, +10 reputable TLD`. */
  readonly reason: string
}

const BASE = 50
const REPUTABLE = new Set(
  'com org net edu gov mil int io dev app co ai info de fr uk nl se no fi dk ch at it es pt pl cz ie be eu us ca au nz jp kr br in'.split(
    ' ',
  ),
)
const ABUSED = new Set(
  'zip mov tk ml ga cf gq top xyz click link work loan men icu buzz rest country stream download'.split(' '),
)
const SHORTENERS = new Set(
  'bit.ly t.co tinyurl.com goo.gl ow.ly is.gd buff.ly rebrand.ly cutt.ly rb.gy dub.sh short.io t.ly shorturl.at'.split(
    ' ',
  ),
)

/** @param href a destination as `readDestination` gives it */
export function scoreTrust(href: string): Trust {
  const url = new URL(href)
  const host = url.hostname.replace(/\.$/, '')
  const labels = host.split('.')
  const tld = labels.at(-1)!
  const isAddress = host.startsWith('[') || /^\d+$/.test(tld)
  const parts: [number, string][] = [
    url.protocol === 'https:' ? [30, 'HTTPS'] : [-20, 'no HTTPS'],
    [!isAddress && REPUTABLE.has(tld) ? 10 : 0, 'reputable TLD'],
    [!isAddress && ABUSED.has(tld) ? -20 : 0, 'often abused TLD'],
    [isAddress ? -30 : 0, 'address instead of a name'],
    [labels.some((label) => label.startsWith('xn--')) ? -10 : 0, 'internationalized host'],
    [SHORTENERS.has(host) ? -20 : 0, 'another shortener'],
    [!isAddress && labels.length > 4 ? -10 : 0, 'deep subdomain'],
    [url.port === '' ? 0 : -10, 'unusual port'],
    [href.length > 500 ? -5 : 0, 'very long URL'],
  ]
  let score = BASE
  const reasons: string[] = []
  for (const [points, name] of parts) {
    // A part counts only as far as the scale goes, so that the parts always add up.
    const next = Math.min(100, Math.max(0, score + points))
    if (next !== score) reasons.push(`${next > score ? '+' : '-'}${Math.abs(next - score)} ${name}`)
    score = next
  }
  return { score, reason: reasons.join(', ') }
}
