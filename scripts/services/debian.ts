// Redis from Debian's package, unpacked into the cache: without root, and without installing or starting anything.
import { globSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { command } from '../command.ts'
import { cached, demand } from './cache.ts'
import { NOBODY } from './nobody.ts'
import type { Found } from './program.ts'

/** It has the server's program too, under the name of a check that is built into it. */
const PACKAGE = 'redis-tools'
const PROGRAM = 'usr/bin/redis-check-rdb'
const SERVER = 'usr/bin/redis-server'

export async function debianRedis(): Promise<Found | undefined> {
  if (!(await hasApt())) return undefined
  const home = await cached(`redis-debian-${process.arch}`, async (into) => {
    const apt = join(into, 'apt')
    for (const folder of ['archives/partial', 'lists/partial']) mkdirSync(join(apt, folder), { recursive: true })
    await download(apt)
    for (const archive of globSync(join(apt, 'archives', '*.deb'))) await demand('dpkg', ['-x', archive, into])
    rmSync(apt, { recursive: true })
    rmSync(join(into, SERVER), { force: true })
    symlinkSync(PROGRAM.replace('usr/bin/', ''), join(into, SERVER))
  })
  const libraries = new Set(globSync('**/*.so*', { cwd: home }).map(dirname))
  return { home, server: SERVER, libraries: [...libraries] }
}

/** The last resort: it changes the machine, and on one with an init system it may start the service there as well. */
export async function installPackage(name: string): Promise<void> {
  if (!NOBODY) throw new Error('only root can install')
  if (!(await hasApt())) throw new Error('there is no apt-get')
  await demand('apt-get', ['update', '-qq'])
  await demand('apt-get', ['install', '-y', '-qq', '--no-install-recommends', name])
}

/** With it comes what it depends on and the machine has not. Lists of our own if the machine has none, or old ones. */
async function download(apt: string): Promise<void> {
  // No locks of the system are taken, and root does not become apt's own user, who may not write here.
  const ours = ['-qq', '-o', 'Debug::NoLocking=1', '-o', 'APT::Sandbox::User=root', '-o', `Dir::Cache=${apt}`]
  const packages = ['install', '--download-only', '--reinstall', '-y', '--no-install-recommends', PACKAGE]
  const { ok } = await command('apt-get', [...packages, ...ours])
  if (ok) return
  const fresh = [...ours, '-o', `Dir::State::lists=${join(apt, 'lists')}`]
  await demand('apt-get', ['update', ...fresh])
  await demand('apt-get', [...packages, ...fresh])
}

async function hasApt(): Promise<boolean> {
  return (await command('apt-get', ['--version'])).ok
}
