// The command line's page against the commands' own help.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { build } from '../scripts/build.ts'
import { readPage, sectionOf, tableOf } from './pages.ts'
import { BIN } from './server.ts'

const run = promisify(execFile)
const PAGE = 'docs/command-line.md'

/** `token create`, with its arguments behind, and its options. */
interface Told {
  readonly usage: string
  readonly options: readonly string[]
}

beforeAll(() => build({ quiet: true }), 120_000)

test('the page has every command and every option, as --help tells them', async () => {
  const commands = await readCommands([])
  expect(commands.length).toBeGreaterThan(15)
  const headings = [...readPage(PAGE).matchAll(/^## `(.+)`$/gm)].map(([, usage = '']) => usage)
  expect(headings).toEqual(commands.map(({ usage }) => usage))
  for (const { usage, options } of commands) {
    const told = tableOf(sectionOf(PAGE, `## \`${usage}\``)).slice(1)
    expect(told.map(([option]) => option), usage).toEqual(options)
  }
})

/** All commands below one, in the order of its help. */
async function readCommands(path: readonly string[]): Promise<Told[]> {
  const { stdout } = await run(process.execPath, [BIN, ...path, '--help'], { env: { ...process.env, COLUMNS: '200' } })
  const [head = '', commands] = stdout.split('\nCommands:\n')
  if (commands === undefined) {
    const [, usage = ''] = /^Usage: linkwright (.+)$/m.exec(head) ?? []
    const options = [...head.matchAll(/^ {2}(--[\w-]+(?: <\w+>)?) /gm)].map(([, option = '']) => option)
    return [{ usage: usage.replace(' [options]', ''), options }]
  }
  const names = [...commands.matchAll(/^ {2}(\w+)(?: [[<]| {2}|$)/gm)].map(([, name = '']) => name)
  const below = await Promise.all(names.filter((name) => name !== 'help').map((name) => readCommands([...path, name])))
  return below.flat()
}
