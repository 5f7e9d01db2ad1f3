// Programs that the documents' commands call: on a bare Debian machine they are installed, elsewhere they are asked for.
import { command, type Ended } from './command.ts'
import { check } from './step.ts'

/** Program and Debian package. */
const TOOLS = [
  ['curl', 'curl'],
  ['git', 'git'],
] as const

export const tools = check('programs that tests call', provide, ['unit', 'contract'])

async function provide(live: boolean): Promise<Ended> {
  const missing = await absent()
  if (missing.length === 0) return { ok: true, output: '' }
  if (process.getuid?.() === 0 && (await isThere('apt-get'))) {
    await command('apt-get', ['update', '-qq'], { live })
    await command('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'ca-certificates', ...missing], {
      live,
    })
  }
  const left = await absent()
  return { ok: left.length === 0, output: left.length === 0 ? '' : `not installed: ${left.join(', ')}` }
}

async function absent(): Promise<string[]> {
  const found = await Promise.all(TOOLS.map(([program]) => isThere(program)))
  return TOOLS.filter((_, at) => !found[at]).map(([, name]) => name)
}

async function isThere(program: string): Promise<boolean> {
  return (await command('sh', ['-c', `command -v ${program}`], { live: false })).ok
}
