// Countries by address, from a database in MaxMind's format (.mmdb) on this machine's disk.
import { BlockList, isIP, SocketAddress } from 'node:net'
import { type CountrySource, countryCode } from '@linkwright/core'
import type { Reader, Response } from 'maxmind'

/** Countries are not known: rules on them do not match. */
export const noCountry: CountrySource = { header: null, lookup: () => null }

/** What free and commercial databases hold: flat, or as MaxMind nests it. */
interface CountryRecord {
  readonly country_code?: unknown
  readonly country?: unknown
}

/**
 * Opens a country database; it is read into memory once.
 *
 * @returns the country of an address (ISO 3166-1 alpha-2), null for private, malformed and unlisted ones
 * @throws Error where the file is missing or no such database, in one line that names it
 */
export async function countryFromMmdb(path: string): Promise<(ip: string) => string | null> {
  const reader = await openDatabase(path)
  const wide = reader.metadata.ipVersion === 6
  const hidden = privateAddresses()
  return (text) => {
    const ip = plainAddress(text)
    const family = isIP(ip)
    // A database of IPv4 alone would read the first four bytes of an IPv6 address as if they were all of it.
    if (family === 0 || (family === 6 && !wide)) return null
    if (hidden.check(ip, family === 6 ? 'ipv6' : 'ipv4')) return null
    return countryOf(reader.get(ip) as CountryRecord | null)
  }
}

async function openDatabase(path: string): Promise<Reader<Response>> {
  // Loaded here, so that programs without a database do not pay for its reader.
  const { open } = await import('maxmind')
  try {
    return await open(path)
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    const problem = missing ? 'there is no such file' : 'it cannot be read as an .mmdb file'
    throw new Error(`The country database ${path}: ${problem}.`, { cause: error })
  }
}

function countryOf(record: CountryRecord | null): string | null {
  if (record === null) return null
  const nested = record.country
  const code =
    typeof nested === 'object' && nested !== null && 'iso_code' in nested ? nested.iso_code : record.country_code
  return typeof code === 'string' ? countryCode(code) : null
}

/** An IPv4 address that came in through an IPv6 socket, as IPv4; anything else as it is. */
function plainAddress(text: string): string {
  if (!/ffff:/i.test(text) || isIP(text) !== 6 || text.includes('%')) return text
  const { address } = new SocketAddress({ address: text, family: 'ipv6' })
  return /^::ffff:([\d.]+)$/.exec(address)?.[1] ?? text
}

/** Addresses that say nothing of a place, whatever a database holds for them. */
function privateAddresses(): BlockList {
  const list = new BlockList()
  for (const [net, bits] of PRIVATE_IPV4) list.addSubnet(net, bits, 'ipv4')
  for (const [net, bits] of PRIVATE_IPV6) list.addSubnet(net, bits, 'ipv6')
  return list
}

const PRIVATE_IPV4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const

const PRIVATE_IPV6 = [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
] as const
