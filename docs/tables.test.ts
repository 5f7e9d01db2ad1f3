// Tables that repeat what the code says: they must say the same.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ERRORS, PLANS, RESERVED_WORDS, SCOPES, STATUS } from '../packages/core/src/index.ts'
import { BROWSERS, DEVICES, FIELDS, LIMITS, OPERATORS, OPERATORS_BY_FIELD } from '../packages/core/src/rules/index.ts'
import { KEY_PROFILES } from '../packages/core/src/tokens/index.ts'
import { describeRest } from '../packages/http/src/rest/index.ts'
import { linkwright, memory } from '../packages/linkwright/src/index.ts'
import { blocksOf, namesUnder, proseOf, readPage, root, sectionOf, tableOf } from './pages.ts'

const words = (cell = '') => cell.split(/[\s,]+/).filter((word) => word !== '')
const source = (path: string) => readFileSync(join(root, path), 'utf8')

describe('routing rules', () => {
  const page = 'docs/routing-rules.md'
  const rows = tableOf(sectionOf(page, '## Fields')).slice(1)

  test('list the fields with their operators', () => {
    const told = Object.fromEntries(rows.map(([field, , operators]) => [field, words(operators)]))
    expect(told).toEqual(OPERATORS_BY_FIELD)
    expect(rows.map(([field]) => field)).toEqual(FIELDS)
  })

  test('list the values of device and browser', () => {
    const valuesOf = (name: string) => words(rows.find(([field]) => field === name)?.[3])
    expect(valuesOf('device')).toEqual(DEVICES)
    expect(valuesOf('browser')).toEqual(BROWSERS)
  })

  test('list the operators', () => {
    expect(new Set(namesUnder(page, '## Operators'))).toEqual(new Set(OPERATORS))
  })

  test('tell the limits', () => {
    const bounds = tableOf(sectionOf(page, '## Patterns'))
      .slice(1)
      .map(([, value]) => Number(value))
    expect(bounds).toEqual([LIMITS.patternLength, LIMITS.patternSize, LIMITS.matchedLength])
    expect(proseOf(page)).toContain(`at most ${LIMITS.leaves} leaves and ${LIMITS.depth} levels`)
    expect(proseOf(page)).toContain(`a list of 1 to ${LIMITS.values} values`)
  })

  test('list what lint finds', () => {
    const kinds = /readonly kind: (.+)/.exec(source('packages/core/src/rules/lint.ts'))?.[1]
    expect(namesUnder(page, '## Lint').sort()).toEqual([...(kinds ?? '').matchAll(/'(\w+)'/g)].map(([, k]) => k).sort())
  })
})

test('plans', () => {
  const told = tableOf(sectionOf('docs/plans-and-limits.md', '## Plans'))
    .slice(1)
    .map(([name, tokens, requests, links, rules, premium]) => ({
      name,
      tokens: Number(tokens),
      requestsPerMinute: Number(requests),
      linksPerMonth: Number(links),
      rulesPerLink: Number(rules),
      premiumFields: premium === 'yes',
    }))
  expect(told).toEqual(Object.values(PLANS))
})

test('scopes', () => {
  expect(namesUnder('docs/tokens-and-scopes.md', '## Scopes')).toEqual(SCOPES)
})

test('key profiles', () => {
  const told = tableOf(sectionOf('docs/tokens-and-scopes.md', '## Your own prefix, or another form'))
    .slice(1)
    .map(([name, prefix, body, checksum, shown]) => [
      name,
      prefix,
      body?.split(' ')[1],
      checksum === 'yes',
      Number(shown),
    ])
  const known = [...KEY_PROFILES.values()].map((one) => [one.name, one.prefix, one.alphabet, one.checksum, one.shown])
  expect(told).toEqual(known)
})

test('errors, with their statuses', () => {
  const rows = tableOf(sectionOf('docs/http-reference.md', '## Errors')).slice(1)
  expect(Object.fromEntries(rows.map(([code = '', , meaning]) => [code, meaning]))).toEqual(ERRORS)
  const told = new Map(rows.map(([code = '', status]) => [code, Number(status)]))
  expect(told.get('METHOD_NOT_ALLOWED')).toBe(405)
  const wrong: string[] = []
  const seen = new Set<string>()
  for (const path of Object.values(describeRest().paths as Paths)) {
    for (const { responses } of Object.values(path)) {
      for (const [status, { content }] of Object.entries(responses)) {
        for (const code of Object.keys(content?.['application/json']?.examples ?? {})) {
          seen.add(code)
          if (told.get(code) !== Number(status)) wrong.push(`${code} ${status}`)
        }
      }
    }
  }
  expect(wrong).toEqual([])
  expect(Object.keys(ERRORS).filter((code) => !seen.has(code))).toEqual(['METHOD_NOT_ALLOWED'])
})

type Responses = Record<string, { content?: Record<string, { examples?: object }> }>
type Paths = Record<string, Record<string, { responses: Responses }>>

describe('redirects', () => {
  const page = 'docs/redirects.md'

  test('list the outcomes with their statuses', () => {
    const rows = tableOf(sectionOf(page, '## What happens on a visit')).slice(1)
    const told = new Map(rows.map(([, outcome = '', status]) => [outcome.split(' ')[0] ?? '', Number(status)]))
    const [, exhausted] = /outcome is `exhausted`, (\d+)/.exec(proseOf(page)) ?? []
    expect(Object.fromEntries([...told, ['exhausted', Number(exhausted)]])).toEqual(STATUS)
  })

  test('list the reserved words', () => {
    const [block] = blocksOf(page).filter(({ info }) => info === 'text reserved')
    expect(words(block?.text).sort()).toEqual([...RESERVED_WORDS].sort())
  })
})

describe('configuration', () => {
  const page = 'docs/configuration.md'
  const config = source('packages/linkwright/src/config.ts') + source('packages/linkwright/src/engines.ts')
  const options = source('packages/linkwright/src/options.ts')
  const namesOf = (name: string) => {
    const body = new RegExp(`interface ${name} \\{([^]*?)\\n\\}`).exec(options)?.[1] ?? ''
    return [...body.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, option]) => option)
  }

  test('lists every environment variable', () => {
    const read = [...config.matchAll(/get\('([A-Z_]+)'\)|\benv\.([A-Z_]+)/g)].map(([, one, other]) => one ?? other)
    expect(read.length).toBeGreaterThan(10)
    expect(namesUnder(page, "## The server's environment").sort()).toEqual([...new Set(read)].sort())
  })

  test('lists every option of linkwright()', () => {
    expect(namesUnder(page, '## Options of linkwright()')).toEqual(namesOf('LinkwrightOptions'))
  })

  test('the options of as() are listed under embedding', () => {
    const section = sectionOf('docs/embedding.md', '## Acting without HTTP')
    const told = tableOf(section.slice(section.indexOf('| option of'))).slice(1)
    expect(told.map(([name]) => name)).toEqual(namesOf('AsOptions'))
  })
})

test('embedding lists what an instance and its facade can do', async () => {
  const links = linkwright({ origin: 'https://go.example.com', storage: memory(), logger: silent })
  const { links: ofLinks, rules, domains, me } = links.as('team')
  const calls = [
    ...Object.keys(ofLinks).map((name) => `links.${name}`),
    ...Object.keys(rules).map((name) => `rules.${name}`),
    ...Object.keys(domains).map((name) => `domains.${name}`),
    me.name,
  ]
  const section = sectionOf('docs/embedding.md', '## Acting without HTTP')
  const told = tableOf(section.slice(section.indexOf('| call |'))).slice(1)
  expect(told.flatMap(([cell]) => [...(cell ?? '').matchAll(/([\w.]+)\(/g)].map(([, name]) => name)).sort()).toEqual(
    calls.sort(),
  )
  const parts = tableOf(sectionOf('docs/embedding.md', '## Ending')).slice(1)
  const named = parts.flatMap(([cell]) =>
    (cell ?? '').split(/,(?![^(]*\))/).map((name) => name.trim().replace(/\(.*/, '')),
  )
  expect(named.sort()).toEqual(Object.keys(links).sort())
  await links.close()
})

const silent = { debug() {}, info() {}, warn() {}, error() {} }

describe('what the repository is made of', () => {
  const manifests = readdirSync(join(root, 'packages')).map((name) =>
    JSON.parse(source(`packages/${name}/package.json`)),
  )

  test('packages', () => {
    const names = manifests.map(({ name }) => name).sort()
    expect(namesUnder('README.md', '## Packages').sort()).toEqual(names)
    expect(namesUnder('docs/architecture.md', '## Packages and arrows').sort()).toEqual(names)
  })

  test('slices of core, and the files that are named', () => {
    const folders = readdirSync(join(root, 'packages/core/src'), { withFileTypes: true }).filter((one) =>
      one.isDirectory(),
    )
    const rows = tableOf(sectionOf('docs/architecture.md', '## Slices of core')).slice(1)
    expect(rows.map(([slice]) => slice).sort()).toEqual(folders.map(({ name }) => name).sort())
    const line = blocksOf('docs/architecture.md').find(({ text }) => text.startsWith('quota ·'))?.text
    expect(line?.split(' · ')).toEqual(rows.map(([slice]) => slice))
    const lost = rows.flatMap(([slice = '', files = '']) => {
      const there = readdirSync(join(root, 'packages/core/src', slice))
      return [...files.matchAll(/(?<![\w/])[\w-]+\.ts/g)].map(([name]) => name).filter((name) => !there.includes(name))
    })
    expect(lost).toEqual([])
  })

  test('paths that are named in the architecture exist', () => {
    const paths = readPage('docs/architecture.md').match(/packages\/[\w./-]+\.ts/g) ?? []
    expect(paths.length).toBeGreaterThan(2)
    for (const path of paths) expect(source(path)).not.toBe('')
  })

  test('dependencies', () => {
    const told = ['## At run time', '## For development', '## For benchmarks'].flatMap((heading) =>
      namesUnder('docs/dependencies.md', heading),
    )
    const others = ['package.json', 'benchmarks/package.json'].map((path) => JSON.parse(source(path)))
    const used = [...manifests, ...others].flatMap((manifest) =>
      ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'].flatMap((kind) =>
        Object.keys(manifest[kind] ?? {}),
      ),
    )
    const foreign = used.filter((name) => !name.startsWith('@linkwright/') && name !== 'linkwright')
    expect([...new Set(told)].sort()).toEqual([...new Set(foreign)].sort())
  })
})
