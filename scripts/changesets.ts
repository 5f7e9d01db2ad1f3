// Would the next release work? Versions a copy of the manifests, because `changeset status` needs the history.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { command, type Ended } from './command.ts'
import { packages, root } from './packages.ts'

/** Valid settings, valid changeset files, and every package at one and the same next version. */
export async function releasable(live: boolean): Promise<Ended> {
  const copy = mkdtempSync(join(tmpdir(), 'linkwright-release-'))
  try {
    for (const name of ['package.json', 'pnpm-workspace.yaml', 'pnpm-lock.yaml', '.changeset']) {
      cpSync(join(root, name), join(copy, name), { recursive: true })
    }
    const manifests = packages().map(({ folder }) => {
      const target = join(copy, 'packages', basename(folder))
      mkdirSync(target, { recursive: true })
      cpSync(join(folder, 'package.json'), join(target, 'package.json'))
      return join(target, 'package.json')
    })
    await command('git', ['init', '-q', '-b', 'main'], { cwd: copy })
    const { ok, output } = await command(process.execPath, [changeset, 'version'], { cwd: copy, live })
    const versions = new Set(manifests.map((path) => JSON.parse(readFileSync(path, 'utf8')).version))
    if (ok && versions.size > 1) return { ok: false, output: `versions would differ: ${[...versions].join(', ')}\n` }
    return { ok, output }
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

/** By its path: in the copy it could not find its changelog module by itself. */
const changeset = join(root, 'node_modules', '@changesets', 'cli', 'bin.js')
