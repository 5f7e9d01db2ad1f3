// Builds the JavaScript of every package whose sources changed; does nothing, in a few milliseconds, when none did.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { command } from './command.ts'
import { filesIn, type Package, packages, root } from './packages.ts'

/*
 * Only JavaScript: whoever starts the server waits for nothing else. Declarations are what `npm test` makes with
 * `tsc -b`, which checks the types by the same stroke. Packages import each other by name, also when built, so each
 * is built on its own, in any order, and its stamp (dist/.built) is a hash of its own files and the lockfile.
 */

const SLOW_MS = 1000

/** Prints on stderr only, and when quiet only if it takes a second or fails. Throws what tsup said. */
export async function build({ quiet = false } = {}): Promise<void> {
  if (stale().length === 0) return
  const notice = setTimeout(() => process.stderr.write('linkwright: building\n'), quiet ? SLOW_MS : 0)
  const unlock = await lock()
  try {
    // Another run may have built it all while this one waited.
    const left = stale()
    const failures: string[] = []
    const work = async () => {
      for (let next = left.pop(); next; next = left.pop()) {
        const failure = await bundlePackage(next)
        if (failure) failures.push(failure)
      }
    }
    await Promise.all(Array.from({ length: availableParallelism() }, work))
    if (failures.length > 0) throw new Error(failures.join('\n'))
  } finally {
    unlock()
    clearTimeout(notice)
  }
}

function stale(): Package[] {
  return packages().filter(({ folder }) => {
    const stamp = join(folder, 'dist', '.built')
    return !existsSync(stamp) || readFileSync(stamp, 'utf8') !== fingerprint(folder)
  })
}

function fingerprint(folder: string): string {
  const hash = createHash('sha256')
  const sources = filesIn(join(folder, 'src')).filter((path) => !path.endsWith('.test.ts'))
  const paths = sources.map((path) => join(folder, 'src', path))
  paths.push(...['package.json', 'tsup.config.ts', 'tsconfig.json'].map((name) => join(folder, name)))
  paths.push(...['pnpm-lock.yaml', 'tsconfig.base.json', 'scripts/bundle.ts'].map((name) => join(root, name)))
  for (const path of paths)
    if (existsSync(path)) hash.update(path.slice(root.length)).update('\0').update(readFileSync(path)).update('\0')
  return hash.digest('hex')
}

/** Returns what went wrong, so that one broken package does not hide another. */
async function bundlePackage({ folder, manifest }: Package): Promise<string | undefined> {
  const dist = join(folder, 'dist')
  // Taken before building: what is edited meanwhile is built the next time.
  const built = fingerprint(folder)
  const begun = Date.now()
  rmSync(join(dist, '.built'), { force: true })
  const { ok, output } = await command('tsup', [], { cwd: folder })
  if (!ok) return `${manifest.name} does not build\n${output}`
  sweep(folder, begun)
  writeFileSync(join(dist, '.built'), built)
  return undefined
}

/** Removes what earlier builds left: JavaScript that was not written again, declarations whose source is gone. */
function sweep(folder: string, begun: number): void {
  const dist = join(folder, 'dist')
  for (const path of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    const file = join(dist, path)
    const source = join(folder, 'src', path.replace(/\.d\.ts(\.map)?$/, '.ts'))
    // File times are coarser than the clock on some disks.
    const left = /\.js(\.map)?$/.test(path)
      ? statSync(file).mtimeMs < begun - 2000
      : /\.d\.ts(\.map)?$/.test(path) && !existsSync(source)
    if (left) rmSync(file)
  }
}

/** One build at a time. SQLite's file lock, because the system lets go of it however the process ends. */
async function lock(): Promise<() => void> {
  const { DatabaseSync } = await import('node:sqlite')
  const cache = join(root, 'node_modules', '.cache')
  mkdirSync(cache, { recursive: true })
  const database = new DatabaseSync(join(cache, 'linkwright-build.lock'), { timeout: 120_000 })
  database.exec('BEGIN EXCLUSIVE')
  return () => database.close()
}
