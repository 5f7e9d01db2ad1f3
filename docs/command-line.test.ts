// The command line's page against the commands' own help.
import { expect, test, vi } from 'vitest'
import { run } from '../packages/linkwright/src/cli/program.ts'
import { readPage, sectionOf, tableOf } from './pages.ts'

const PAGE = 'docs/command-line.md'
/** Commands have at most two words: nothing is asked deeper, whatever a help text looks like. */
const DEPTH = 2

/** A command with its arguments, such as `token revoke <id>`, and its options. */
interface Told {
  readonly usage: string
  readonly options: readonly string[]
}

test('the page has every command and every option, as --help tells them', async () => {
  const commands = await readCommands([])
  expect(commands.length).toBeGreaterThan(15)
  const headings = [...readPage(PAGE).matchAll(/^## `(.+)`$/gm)].map(([, usage = '']) => usage)
  expect(headings).toEqual(commands.map(({ usage }) => usage))
  for (const { usage, options } of commands) {
    const told = tableOf(sectionOf(PAGE, `## \`${usage}\``)).slice(1)
    expect(
      told.map(([option]) => option),
      usage,
    ).toEqual(options)
  }
})

/** All commands below one, in the order of its help. */
async function readCommands(path: readonly string[]): Promise<Told[]> {
  const [head = '', after] = (await readHelp(path)).split('\nCommands:\n')
  if (after === undefined) {
    const [, usage = ''] = /^Usage: linkwright (.+)$/m.exec(head) ?? []
    const options = [...head.matchAll(/^ {2}(--[\w-]+(?: <\w+>)?) /gm)].map(([, option = '']) => option)
    return [{ usage: usage.replace(' [options]', ''), options }]
  }
  if (path.length >= DEPTH) throw new Error(`linkwright ${path.join(' ')} has commands of its own`)
  // Behind the list, the program's own help goes on with the environment.
  const list = after.split('\n\n')[0] ?? ''
  const below: Told[] = []
  for (const [, name = ''] of list.matchAll(/^ {2}(\w+)(?: [[<]| {2}|$)/gm)) {
    if (name !== 'help') below.push(...(await readCommands([...path, name])))
  }
  return below
}

async function readHelp(path: readonly string[]): Promise<string> {
  let text = ''
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((part) => {
    text += part
    return true
  })
  try {
    expect(await run([...path, '--help'])).toBe(0)
  } finally {
    write.mockRestore()
  }
  return text
}
