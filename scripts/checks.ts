// The checks of `npm test` that are no tests: format, types, arrows, the build, and what would be published.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { arrows } from './arrows.ts'
import { build } from './build.ts'
import { releasable } from './changesets.ts'
import { filesIn, type Package, packages } from './packages.ts'
import { check, commands, type Step, verdict } from './step.ts'

export const checks: Step[] = [
  check('format and lint', (live) => commands([['biome', ['ci', '--error-on-warnings', '--colors=off']]], live)),
  // The second project checks what is not published: tests of whole processes, scripts, settings.
  check('types', (live) =>
    commands(
      [
        ['tsc', ['-b']],
        ['tsc', ['-p', 'tsconfig.tools.json']],
        ['tsc', ['-p', 'benchmarks']],
      ],
      live,
    ),
  ),
  check('package arrows and slices', arrows),
  check(
    'build',
    async (live) =>
      verdict(
        await build().then(
          () => [],
          (error: Error) => [error.message],
        ),
        live,
      ),
    ['checks', 'contract'],
  ),
  check('exports match the built files', async (live) => verdict(packages().flatMap(compareExports), live)),
  check('packages can be published', (live) => commands(packages().flatMap(publishing), live)),
  check('nothing unused', (live) => commands([['knip', ['--no-progress', '--no-config-hints']]], live)),
  check('changesets', releasable),
]

function publishing({ folder }: Package): Array<[string, string[], string]> {
  return [
    ['publint', ['--strict'], folder],
    ['attw', ['--pack', '.', '--profile', 'esm-only', '--no-emoji'], folder],
  ]
}

/** What is exported exists, and what exists is exported; tsup's shared chunks are named by nobody. */
function compareExports({ folder, manifest }: Package): string[] {
  const targets = Object.values(manifest.exports).flatMap((target) =>
    typeof target === 'string' ? [target] : [target['@linkwright/source'], target.types, target.default],
  )
  const named = [...targets, ...Object.values(manifest.bin ?? {})]
  const missing = named
    .filter((path) => !existsSync(join(folder, path)))
    .map((path) => `${manifest.name}: ${path} is not there`)
  const unnamed = filesIn(join(folder, 'dist'))
    .filter(
      (path) =>
        path.endsWith('.js') &&
        !/(^|\/)chunk-\w+\.js$|-[A-Z0-9]{8}\.js$/.test(path) &&
        !named.includes(`./dist/${path}`),
    )
    .map((path) => `${manifest.name}: dist/${path} is exported nowhere`)
  return [...missing, ...unnamed]
}
