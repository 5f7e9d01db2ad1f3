// The house rules that no other tool checks: sizes, names, first lines, exports, versions, and what no file may mention.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { filesIn, packages, root } from './packages.ts'

const MAX_LINES = 300

const files = filesIn(root)
const sources = files.filter((path) => /\.(ts|mts|mjs|cjs)$/.test(path))

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

/** Which of the files match, as `path:line` so that an editor can jump there. */
function mentions(paths: string[], pattern: RegExp): string[] {
  return paths.flatMap((path) =>
    read(path)
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}`] : [])),
  )
}

test('there are files to look at', () => {
  expect(sources.length).toBeGreaterThan(20)
})

describe('source files', () => {
  test(`have at most ${MAX_LINES} lines`, () => {
    const long = sources.filter((path) => read(path).trimEnd().split('\n').length > MAX_LINES)
    expect(long).toEqual([])
  })

  test('say in their first line what they are for', () => {
    const silent = sources.filter((path) => {
      const [first = '', second = ''] = read(path).split('\n')
      return !/^(\/\/|\/\*)/.test(first.startsWith('#!') ? second : first)
    })
    expect(silent).toEqual([])
  })

  test('are not drawers', () => {
    const drawer = /^(utils?|helpers?|common|shared|misc|managers?|base)$/i
    const words = (path: string) => path.replace(/([a-z])([A-Z])/g, '$1-$2').split(/[^A-Za-z]+/)
    expect(sources.filter((path) => words(path).some((word) => drawer.test(word)))).toEqual([])
  })

  test('do not switch the type checker or the linter off', () => {
    const silencer = /@ts-(ignore|nocheck)|biome-(ignore)|eslint-(disable)|\bas any\b/
    expect(mentions(sources, silencer)).toEqual([])
  })

  test('leave nothing for later', () => {
    expect(mentions(sources, /\b(TO[D]O|FIX[M]E|X[X]X)\b/)).toEqual([])
  })
})

describe('packages', () => {
  const all = packages()

  test('export only what has a source', () => {
    const missing = all.flatMap(({ folder, manifest }) => {
      const exported = Object.values(manifest.exports).map((to) =>
        typeof to === 'string' ? to : to['@linkwright/source'],
      )
      const commands = Object.values(manifest.bin ?? {}).map((to) =>
        to.replace('/dist/', '/src/').replace(/\.js$/, '.ts'),
      )
      return [...exported, ...commands]
        .filter((path) => !existsSync(join(folder, path)))
        .map((path) => `${manifest.name}: ${path}`)
    })
    expect(missing).toEqual([])
  })

  test('name the same file three times: source, types and JavaScript', () => {
    const odd = all.flatMap(({ manifest }) =>
      Object.entries(manifest.exports).filter(([, to]) => {
        if (typeof to === 'string') return false
        const stem = to['@linkwright/source'].replace('./src/', './dist/').replace(/\.ts$/, '')
        return to.types !== `${stem}.d.ts` || to.default !== `${stem}.js` || Object.keys(to).at(-1) !== 'default'
      }),
    )
    expect(odd).toEqual([])
  })

  test('leave tests and build stamps out of what is published', () => {
    const careless = all.filter(({ manifest }) =>
      ['!dist/.*', '!dist/**/*.test.d.ts*'].some((exception) => !manifest.files.includes(exception)),
    )
    expect(careless.map(({ manifest }) => manifest.name)).toEqual([])
  })

  test('have one version', () => {
    expect(new Set(all.map(({ manifest }) => manifest.version)).size).toBe(1)
  })

  test('are each checked by the root tsconfig.json', () => {
    const { references } = JSON.parse(read('tsconfig.json'))
    const referenced = references.map(({ path }: { path: string }) => join(root, path))
    expect(referenced.sort()).toEqual(all.map(({ folder }) => folder).sort())
  })
})

describe('no file mentions', () => {
  const texts = files.filter((path) => !/\.(png|ico|mmdb|db|woff2?)$/.test(path))

  test('a place on somebody’s machine', () => {
    expect(mentions(texts, /(^|[^\w.])\/(wor[k]|hom[e]\/\w+|User[s])\//)).toEqual([])
    expect(mentions(texts, /\bshare[d]\/(design|decisions|research|seeds|vectors|hooks)/)).toEqual([])
  })

  test('a package registry, which is everybody’s own choice', () => {
    expect(mentions(texts, /registr[y]\.[a-z0-9-]+\.[a-z]{2,}|npmmirro[r]|^\s*(@[\w-]+:)?registr[y]\s*=/)).toEqual([])
    expect(mentions(['pnpm-lock.yaml'], /tarball:|https?:\/\//)).toEqual([])
  })
})
