// Destinations: one reading of every URL that a visitor may be sent to.

const MAX_LENGTH = 2048

// Controls, line and paragraph separators, bidirectional marks and spaces of no width: none has a place in a URL.
// The joiners U+200C and U+200D do: Persian words and many emoji are written with them.
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u
const LABEL = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/
const PRIVATE_SUFFIXES = ['localhost', 'local', 'internal']

export type Destination = { readonly ok: true; readonly url: string } | { readonly ok: false; readonly reason: string }

/** Reads a URL as a browser does, and returns what is stored and sent from then on; or says why it is refused. */
export function readDestination(text: string): Destination {
  if (text.length > MAX_LENGTH) return refuse(`must be at most ${MAX_LENGTH} characters`)
  if (UNPRINTABLE.test(text)) return refuse('must not contain control or invisible characters')
  if (text.includes('\\')) return refuse('must not contain a backslash')
  // A third slash is none: browsers would take what follows it for the host.
  if (!/^https?:\/\/(?!\/)/i.test(text)) return refuse('must be a full URL that begins with http:// or https://')
  const url = URL.parse(text)
  if (url === null || url.hostname === '') return refuse('must be a valid URL')
  if (url.username !== '' || url.password !== '' || /^https?:\/\/[^/?#]*@/i.test(text)) {
    return refuse('must not contain credentials')
  }
  if (url.href.length > MAX_LENGTH) return refuse(`must be at most ${MAX_LENGTH} characters`)
  const labels = labelsOf(url.hostname)
  if (!url.hostname.startsWith('[') && (labels.join('.').length > 253 || !labels.every((label) => LABEL.test(label)))) {
    return refuse('must have a valid host name')
  }
  return { ok: true, url: url.href }
}

/** Whether only some networks could reach it: private, loopback and link-local addresses, local and single-label names. */
export function isPrivateHost(href: string): boolean {
  const { hostname } = new URL(href)
  if (hostname.startsWith('[')) return !isPublicIpv6(hostname.slice(1, -1))
  const labels = labelsOf(hostname)
  if (/^\d+$/.test(labels.at(-1)!)) return !isPublicIpv4(labels.map(Number))
  return labels.length < 2 || PRIVATE_SUFFIXES.includes(labels.at(-1)!)
}

function labelsOf(hostname: string): string[] {
  return (hostname.endsWith('.') ? hostname.slice(0, -1) : hostname).split('.')
}

/** The IANA special-purpose registry, less what is globally reachable. */
function isPublicIpv4([a = 0, b = 0, c = 0]: readonly number[]): boolean {
  if (a === 0 || a === 10 || a === 127 || a >= 224) return false
  if (a === 100 && b >= 64 && b <= 127) return false
  if (a === 169 && b === 254) return false
  if (a === 172 && b >= 16 && b <= 31) return false
  if (a === 192 && (b === 168 || (b === 0 && (c === 0 || c === 2)) || (b === 88 && c === 99))) return false
  if (a === 198 && (b === 18 || b === 19 || (b === 51 && c === 100))) return false
  return !(a === 203 && b === 0 && c === 113)
}

/** Global unicast (2000::/3) alone, less documentation, tunnels and whatever carries an IPv4 address inside. */
function isPublicIpv6(address: string): boolean {
  const groups = expandIpv6(address)
  const [first = 0, second = 0] = groups
  if (first < 0x2000 || first > 0x3fff) return false
  if (first === 0x2002 || first === 0x3fff) return false
  return !(first === 0x2001 && (second < 0x200 || second === 0xdb8))
}

/** Takes what WHATWG URL gives: lower-case groups without a dotted tail. */
function expandIpv6(address: string): number[] {
  const [head = '', tail] = address.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length
  return [...left, ...Array<string>(zeros).fill('0'), ...right].map((group) => Number.parseInt(group, 16))
}

function refuse(reason: string): Destination {
  return { ok: false, reason }
}
