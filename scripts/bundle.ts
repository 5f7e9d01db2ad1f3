// What tsup makes of a package: one JavaScript file for every export and every command that its package.json names.
import { readFileSync } from 'node:fs'
import type { Options } from 'tsup'
import type { Manifest } from './packages.ts'

/**
 * Reading the entries from package.json keeps the two from drifting apart.
 * Declarations come from `tsc -b`: TypeScript 7 has no JavaScript API for tsup to make them with.
 */
export function bundle(config: string): Options {
  const manifest: Manifest = JSON.parse(readFileSync(new URL('package.json', config), 'utf8'))
  const exported = Object.values(manifest.exports).flatMap((target) =>
    typeof target === 'string' ? [] : [[target.default, target['@linkwright/source']]],
  )
  const commands = Object.values(manifest.bin ?? {}).map((path) => [
    path,
    path.replace('/dist/', '/src/').replace(/js$/, 'ts'),
  ])
  return {
    entry: Object.fromEntries(
      [...exported, ...commands].map(([out = '', source = '']) => [nameOf(out), source.slice(2)]),
    ),
    format: 'esm',
    target: 'node22',
    dts: false,
    clean: false,
  }
}

/** `./dist/rules/index.js` → `rules/index` */
function nameOf(out: string): string {
  return out.replace('./dist/', '').replace(/\.js$/, '')
}
