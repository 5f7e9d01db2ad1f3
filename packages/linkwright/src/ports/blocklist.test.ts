// What a blocklist covers, how its file is read, and when it is read again.
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { blocklist } from './blocklist.ts'

let folder = ''
let path = ''
let now = 0
let warnings: string[] = []
const options = { clock: () => now, warn: (message: string) => warnings.push(message) }

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'linkwright-blocklist-'))
  path = join(folder, 'blocklist.txt')
  now = 1_000_000
  warnings = []
})
afterEach(() => rm(folder, { recursive: true }))

async function listing(...lines: readonly string[]) {
  await writeFile(path, lines.join('\n'))
  return blocklist(path, options)
}

describe('hosts', () => {
  it.each([
    'https://evil.example/',
    'http://evil.example',
    'https://EVIL.example/path?query#fragment',
    'https://www.evil.example/',
    'https://a.b.c.evil.example:8443/',
    'https://evil.example./',
    'https://someone:secret@evil.example/',
    'https://evil%2eexample/',
  ])('%s is flagged', async (url) => {
    expect(await (await listing('evil.example'))([url])).toBe('flagged')
  })

  it.each([
    'https://example/',
    'https://notevil.example/',
    'https://evil.example.com/',
    'https://example.com/evil.example',
    'https://evil.example@example.com/',
    'https://example.com/?to=https://evil.example/',
    'mailto:someone@evil.example',
    'no URL at all',
    '',
  ])('%j is clear', async (url) => {
    expect(await (await listing('evil.example'))([url])).toBe('clear')
  })

  it('compares international names as browsers do', async () => {
    const screen = await listing('Bücher.example', 'xn--mnchen-3ya.example')
    expect(await screen(['https://xn--bcher-kva.example/'])).toBe('flagged')
    expect(await screen(['https://shop.BÜCHER.example/'])).toBe('flagged')
    expect(await screen(['https://münchen.example/'])).toBe('flagged')
    expect(await screen(['https://bucher.example/'])).toBe('clear')
  })

  it('takes addresses in every spelling', async () => {
    const screen = await listing('192.0.2.7', '[2001:db8::7]')
    expect(await screen(['http://192.0.2.7/'])).toBe('flagged')
    expect(await screen(['http://3221225991/'])).toBe('flagged')
    expect(await screen(['http://[2001:DB8:0::7]/'])).toBe('flagged')
    expect(await screen(['http://192.0.2.70/'])).toBe('clear')
  })

  it('covers every subdomain', async () => {
    const screen = await listing('evil.example')
    const label = fc.stringMatching(/^[a-z]([a-z0-9]{0,8}[a-z0-9])?$/)
    await fc.assert(
      fc.asyncProperty(fc.array(label, { maxLength: 4 }), async (labels) => {
        expect(await screen([`https://${[...labels, 'evil', 'example'].join('.')}/`])).toBe('flagged')
      }),
    )
  })
})

describe('URL prefixes', () => {
  it.each([
    ['https://sites.example/bad', 'https://sites.example/bad'],
    ['https://sites.example/bad', 'http://sites.example/bad/page?query'],
    ['https://sites.example/bad', 'https://someone@sites.example/bad#fragment'],
    ['https://sites.example/bad', 'https://sites.example/%62ad/page'],
    ['https://sites.example/bad', 'https://sites.example/good/../bad'],
    ['https://Sites.example/%62ad', 'https://sites.example/bad'],
    ['https://sites.example/?id=7', 'https://sites.example/?id=7&more'],
    ['https://sites.example:8443/', 'https://sites.example:8443/any'],
    ['https://evil.example', 'https://evil.example/any'],
    ['https://sites.example/a#b', 'https://sites.example/a'],
  ])('%s covers %s', async (entry, url) => {
    expect(await (await listing(entry))([url])).toBe('flagged')
  })

  it.each([
    ['https://sites.example/bad', 'https://sites.example/'],
    ['https://sites.example/bad', 'https://sites.example/BAD'],
    ['https://sites.example/bad', 'https://www.sites.example/bad'],
    ['https://sites.example/bad', 'https://sites.example:8443/bad'],
    ['https://evil.example', 'https://evil.example.com/'],
    ['https://sites.example/a%2Fb', 'https://sites.example/a/b'],
  ])('%s does not cover %s', async (entry, url) => {
    expect(await (await listing(entry))([url])).toBe('clear')
    expect(warnings).toEqual([])
  })

  it('keeps all of one host', async () => {
    const screen = await listing('https://sites.example/one', 'https://sites.example/two')
    expect(await screen(['https://sites.example/one'])).toBe('flagged')
    expect(await screen(['https://sites.example/two'])).toBe('flagged')
  })
})

describe('the file', () => {
  it('may hold comments, blank lines and the line ends of any system', async () => {
    const screen = await listing('\uFEFFfirst.example', '# third.example', '', '  second.example\t# why\r', '#', ' ')
    expect(await screen(['https://first.example/'])).toBe('flagged')
    expect(await screen(['https://second.example/'])).toBe('flagged')
    expect(await screen(['https://third.example/'])).toBe('clear')
    expect(warnings).toEqual([])
  })

  it('is flagged as a whole by its worst URL, and clear for none', async () => {
    const screen = await listing('evil.example')
    expect(await screen(['https://good.example/', 'https://evil.example/'])).toBe('flagged')
    expect(await screen([])).toBe('clear')
  })

  it('goes on after lines that mean nothing, and names them', async () => {
    const screen = await listing('0.0.0.0 a.example', 'evil.example', 'https://', '*.b.example', 'c.example:80', 'd/e')
    expect(await screen(['https://evil.example/'])).toBe('flagged')
    expect(warnings).toEqual(
      [1, 3, 4, 5, 6].map((line) => `${path}:${line}: neither a host nor the beginning of an http(s) URL; ignored.`),
    )
  })

  it('warns of ten lines, and counts the rest', async () => {
    await listing(...Array.from({ length: 25 }, () => '0.0.0.0 a.example'))
    expect(warnings).toHaveLength(11)
    expect(warnings.at(-1)).toBe(`${path}: 15 more lines were ignored.`)
  })

  it('must be there at the start', async () => {
    await expect(blocklist(path, options)).rejects.toThrow(`The blocklist ${path} cannot be read (ENOENT).`)
    await expect(blocklist(folder, options)).rejects.toThrow(`The blocklist ${folder} cannot be read (EISDIR).`)
  })

  it('is looked at again after a second, and read when it changed', async () => {
    const screen = await listing('one.example')
    await writeFile(path, 'two.example')
    now += 999
    expect(await screen(['https://two.example/'])).toBe('clear')
    now += 1
    expect(await screen(['https://two.example/'])).toBe('flagged')
    expect(await screen(['https://one.example/'])).toBe('clear')
    await writeFile(join(folder, 'next'), 'six.example')
    await rename(join(folder, 'next'), path)
    now += 1000
    // Whoever asks meanwhile waits for the same look.
    const asked = [screen(['https://six.example/']), screen(['https://six.example/'])]
    expect(await Promise.all(asked)).toEqual(['flagged', 'flagged'])
  })

  it('stays in force when it vanishes, is said to be gone once, and comes back', async () => {
    const screen = await listing('evil.example')
    await rm(path)
    for (let looks = 0; looks < 3; looks += 1) {
      now += 1000
      expect(await screen(['https://evil.example/'])).toBe('flagged')
    }
    expect(warnings).toEqual([`The blocklist ${path} cannot be read (ENOENT): its last entries stay in force.`])
    await writeFile(path, 'other.example')
    now += 1000
    expect(await screen(['https://other.example/'])).toBe('flagged')
    expect(await screen(['https://evil.example/'])).toBe('clear')
  })
})
