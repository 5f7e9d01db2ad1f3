// A custom domain: a host on which its plan subject's links are served once it is verified.

export interface Domain {
  readonly id: string
  readonly seq: number
  readonly ownerId: string
  readonly subject: string
  /** Lower case, in ASCII, without port or trailing dot. */
  readonly host: string
  /** Whether `Promo` and `promo` are two slugs here. */
  readonly caseSensitive: boolean
  readonly verifiedAt: number | null
  readonly createdAt: number
}

const LABEL = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/

/** Drops what does not tell hosts apart: case, port, trailing dot. */
export function normalizeHost(host: string): string {
  let end = host.length
  const colon = host.lastIndexOf(':')
  if (colon > host.lastIndexOf(']')) end = colon
  if (host.charCodeAt(end - 1) === 46) end--
  return host.slice(0, end).toLowerCase()
}

/** @returns the host in ASCII, or null if it cannot be a public domain name */
export function parseDomainHost(text: string): string | null {
  if (text.length > 253 || /[/\\@?#%\s:]/.test(text)) return null
  const parsed = URL.parse(`http://${text}`)
  const host = parsed === null ? '' : normalizeHost(parsed.hostname)
  const labels = host.split('.')
  if (labels.length < 2 || !labels.every((label) => LABEL.test(label))) return null
  // A last label of digits is an IPv4 address in some spelling.
  return /^\d+$/.test(labels.at(-1)!) ? null : host
}
