// The lines of a blocklist, and the form in which URLs are compared with them.

export interface Entries {
  readonly hosts: ReadonlySet<string>
  /** By host, with its port where it has one of its own: what paths and queries begin with. */
  readonly prefixes: ReadonlyMap<string, readonly string[]>
}

/** A line that means nothing. */
export interface Skipped {
  /** From 1. */
  readonly line: number
  readonly problem: string
}

/** A URL without what does not tell where it leads: scheme, user, fragment. */
export interface Canonical {
  readonly hostname: string
  /** With the port, unless it is the scheme's own. */
  readonly host: string
  /** Path and query. */
  readonly rest: string
}

export function parseEntries(text: string): { readonly entries: Entries; readonly skipped: readonly Skipped[] } {
  const hosts = new Set<string>()
  const prefixes = new Map<string, string[]>()
  const skipped: Skipped[] = []
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    const entry = line
      .trim()
      .replace(/(?:^|\s)#.*$/, '')
      .trim()
    if (entry === '') continue
    const url = entry.includes('://') ? prefixOf(entry) : null
    const host = url === null ? hostOf(entry) : null
    if (url !== null) {
      const known = prefixes.get(url.host)
      if (known === undefined) prefixes.set(url.host, [url.rest])
      else known.push(url.rest)
    } else if (host !== null) hosts.add(host)
    else skipped.push({ line: index + 1, problem: 'neither a host nor the beginning of an http(s) URL' })
  }
  return { entries: { hosts, prefixes }, skipped }
}

/** Null for what is no URL. */
export function canonical(text: string): Canonical | null {
  const url = URL.parse(text)
  if (url === null) return null
  // `example.com.` is the same place, and browsers go there.
  const hostname = url.hostname.toLowerCase().replace(/\.$/, '')
  const host = url.port === '' ? hostname : `${hostname}:${url.port}`
  return { hostname, host, rest: unescapeLetters(url.pathname + url.search) }
}

function prefixOf(entry: string): Canonical | null {
  return /^https?:\/\/\S+$/i.test(entry) ? canonical(entry) : null
}

function hostOf(entry: string): string | null {
  if (/[\s/?#@\\*]/.test(entry)) return null
  const url = canonical(`http://${entry}`)
  // With a port it would be half a URL: which of its schemes is meant?
  return url === null || /:\d*$/.test(entry.replace(/^\[.*\]$/, '')) ? null : url.hostname
}

/** Letters, digits, `-`, `.`, `_` and `~` mean the same with and without an escape (RFC 3986, 6.2.2.2). */
function unescapeLetters(text: string): string {
  return text.replace(/%[0-9a-f]{2}/gi, (code) => {
    const character = String.fromCharCode(Number.parseInt(code.slice(1), 16))
    return /[\w.~-]/.test(character) ? character : code.toUpperCase()
  })
}
