// TypeScript on the pages: all of it type-checks; what is marked `ts run` runs, and prints what its comments say.
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Block, blocksOf, PAGES, root } from './pages.ts'

const run = promisify(execFile)
const blocks = PAGES.flatMap(blocksOf).filter(({ info }) => /^ts\b/.test(info))
const fileOf = (block: Block) => block.place.replaceAll(/[/:.]/g, '_')
let folder: string

/** Blocks may speak of the instance without making one. */
const GIVEN = `// What every block is given.
declare const links: import('linkwright').Linkwright
`

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'linkwright-docs-')))
  const modules = join(folder, 'node_modules')
  mkdirSync(join(modules, '@linkwright'), { recursive: true })
  symlinkSync(join(root, 'packages/linkwright'), join(modules, 'linkwright'))
  symlinkSync(join(root, 'packages/core/node_modules/zod'), join(modules, 'zod'))
  for (const name of ['core', 'http', 'redis', 'storage-sql']) {
    symlinkSync(join(root, 'packages', name), join(modules, '@linkwright', name))
  }
  const compilerOptions = {
    composite: false,
    declaration: false,
    declarationMap: false,
    noEmit: true,
    moduleDetection: 'force',
    typeRoots: [join(root, 'node_modules/@types')],
  }
  const config = {
    extends: join(root, 'tsconfig.base.json'),
    compilerOptions,
    include: ['*.ts', join(root, 'examples/*/*.ts')],
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  writeFileSync(join(folder, 'given.d.ts'), GIVEN)
  for (const block of blocks) writeFileSync(join(folder, `${fileOf(block)}.ts`), `${block.text}\n`)
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('there is code to look at', () => {
  expect(blocks.length).toBeGreaterThan(15)
  expect(blocks.filter(({ info }) => info === 'ts run').length).toBeGreaterThan(6)
})

test('blocks say how they are to be treated', () => {
  const known = /^(ts( run| file=\S+)?|sh( run)?|json( \w+( body)?)?|text( reserved)?|output)$/
  expect(PAGES.flatMap(blocksOf).filter(({ info }) => !known.test(info))).toEqual([])
})

test('blocks that show a file equal it', () => {
  const shown = blocks.filter(({ info }) => info.startsWith('ts file='))
  expect(shown.length).toBeGreaterThan(0)
  for (const { info, text } of shown) expect(`${text}\n`).toBe(readFileSync(join(root, info.slice(8)), 'utf8'))
})

test('type-checks', async () => {
  const tsc = join(root, 'node_modules/.bin/tsc')
  const { stdout } = await run(tsc, ['-p', folder, '--pretty', 'false'], { cwd: folder }).catch((error) => error)
  // What is wrong in the packages themselves is not for this test to say.
  expect(stdout.split('\n').filter((line: string) => /^(docs|README|given)|\bexamples[/_]/.test(line))).toEqual([])
})

describe('runs', () => {
  const marked = blocks.filter(({ info }) => info === 'ts run')

  test.each(marked.map((block) => [block.place, block] as const))('%s', async (_, block) => {
    const flags = ['--conditions=@linkwright/source', '--disable-warning=ExperimentalWarning']
    const file = join(folder, `${fileOf(block)}.ts`)
    const { stdout } = await run(process.execPath, [...flags, file], { cwd: folder, timeout: 20_000 })
    const promised = [...block.text.matchAll(/\/\/ → (.*)$/gm)].map(([, text]) => text)
    expect(promised.length).toBeGreaterThan(0)
    expect(stdout.trimEnd().split('\n')).toEqual(promised)
  })
})
