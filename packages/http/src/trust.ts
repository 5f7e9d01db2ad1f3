// Which proxies are believed, and what they tell: the client's address and the host it asked for.
import { BlockList, isIP } from 'node:net'

/** What a connection says of itself, before anybody is believed. */
export interface Peer {
  readonly remoteAddress: string | undefined
  /** The merged `X-Forwarded-For` and `X-Forwarded-Host`. */
  readonly forwardedFor: string | undefined
  readonly forwardedHost: string | undefined
}

export interface Trust {
  /** Whether the peer is one of the proxies. */
  trusts(remoteAddress: string | undefined): boolean
  /** The client: X-Forwarded-For from the right, up to the first address that is no proxy. */
  clientOf(peer: Peer): string
  /** The host that the nearest proxy was asked for; undefined unless the peer is a proxy. */
  hostOf(peer: Peer): string | undefined
}

/**
 * @param proxies addresses and CIDRs
 * @throws TypeError for anything else
 */
export function createTrust(proxies: readonly string[]): Trust {
  const list = new BlockList()
  for (const entry of proxies) add(list, entry)
  const isProxy = (address: string) => address !== '' && list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
  const trusts = (remote: string | undefined) => proxies.length > 0 && isProxy(readAddress(remote ?? ''))

  return {
    trusts,
    clientOf({ remoteAddress, forwardedFor }) {
      let client = readAddress(remoteAddress ?? '')
      if (forwardedFor === undefined || proxies.length === 0) return client
      const hops = forwardedFor.split(',')
      while (hops.length > 0 && isProxy(client)) {
        const next = readAddress(hops.pop()!)
        // What a proxy could not tell ends the walk: the last address that was seen is the one that counts.
        if (next === '') break
        client = next
      }
      return client
    },
    hostOf({ remoteAddress, forwardedHost }) {
      if (forwardedHost === undefined || !trusts(remoteAddress)) return undefined
      // The nearest proxy writes last.
      const host = forwardedHost.slice(forwardedHost.lastIndexOf(',') + 1).trim()
      return host === '' ? undefined : host
    },
  }
}

/** An address without port, brackets and zone; an IPv4 address in IPv6 clothes as IPv4; empty if it is none. */
export function readAddress(text: string): string {
  // As sockets tell it, nearly always.
  if (isIP(text) === 4) return text
  if (text.startsWith('::ffff:') && isIP(text.slice(7)) === 4) return text.slice(7)
  let address = text.trim()
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(address)
  if (bracketed !== null) address = bracketed[1]!
  else if (/^[\d.]+:\d+$/.test(address)) address = address.slice(0, address.indexOf(':'))
  const zone = address.indexOf('%')
  if (zone >= 0) address = address.slice(0, zone)
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  if (mapped !== null) address = mapped[1]!
  return isIP(address) === 0 ? '' : address
}

function add(list: BlockList, entry: string): void {
  const [network = '', bits, ...rest] = entry.trim().split('/')
  const version = isIP(network)
  const most = version === 6 ? 128 : 32
  const length = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN
  if (version === 0 || rest.length > 0 || !(length <= most)) {
    throw new TypeError('A trusted proxy is an IP address or a CIDR such as 10.0.0.0/8')
  }
  list.addSubnet(network, length, version === 6 ? 'ipv6' : 'ipv4')
}
