// The repository's own folders: where the root is, which packages there are, and which files a folder holds.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'

export const root = dirname(import.meta.dirname)

export interface Manifest {
  name: string
  version: string
  exports: Record<string, string | { '@linkwright/source': string; types: string; default: string }>
  bin?: Record<string, string>
  files: string[]
}

export interface Package {
  /** Absolute path of its folder. */
  folder: string
  manifest: Manifest
}

export function packages(): Package[] {
  const parent = join(root, 'packages')
  return readdirSync(parent)
    .map((name) => join(parent, name))
    .filter((folder) => existsSync(join(folder, 'package.json')))
    .map((folder) => ({ folder, manifest: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) }))
}

const unwritten = new Set(['node_modules', 'dist', 'coverage', '.git', '.data'])

/** Every file that people write below a folder, as paths relative to it with forward slashes, sorted. */
export function filesIn(folder: string): string[] {
  const found: string[] = []
  const walk = (path: string) => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (entry.isDirectory() && !unwritten.has(entry.name)) walk(join(path, entry.name))
      if (entry.isFile()) found.push(relative(folder, join(path, entry.name)).split(sep).join('/'))
    }
  }
  if (existsSync(folder)) walk(folder)
  return found.sort()
}
