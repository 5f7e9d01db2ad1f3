// Commands on the pages: each page's run in order against a server of its own, as if pasted; what they print is checked.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { restContracts } from '../packages/http/src/rest/index.ts'
import { build } from '../scripts/build.ts'
import { type Block, blocksOf, PAGES, root } from './pages.ts'
import { BIN, type DocsServer, startDocsServer } from './server.ts'

const run = promisify(execFile)
const SEPARATOR = '-----8<-----'
/** A page takes a few seconds; a machine that is busy with all other tests as well may take many more. */
const LIMIT_MS = 120_000

/** A block of commands, and the sample of its output where one follows. */
interface Step {
  readonly block: Block
  readonly sample: Block | undefined
}

function stepsOf(page: string): Step[] {
  const blocks = blocksOf(page)
  return blocks.flatMap((block, at) => {
    const next = blocks[at + 1]
    const isSample = /^(json( \w+)?|output)$/.test(next?.info ?? '')
    return block.info === 'sh run' ? [{ block, sample: isSample ? next : undefined }] : []
  })
}

const pages = PAGES.filter((page) => stepsOf(page).length > 0)

beforeAll(() => build({ quiet: true }), 120_000)

test('there are commands to run', () => {
  expect(pages.length).toBeGreaterThan(6)
})

describe.concurrent.each(pages)('%s', (page) => {
  test('does what it says', { timeout: LIMIT_MS }, async () => {
    const steps = stepsOf(page)
    const server = await startDocsServer()
    try {
      const printed = await runShell(steps, server)
      expect(printed.length).toBe(steps.length)
      for (const [at, { block, sample }] of steps.entries()) judge(block, sample, printed[at] ?? '', server)
    } finally {
      await server.close()
    }
  })
})

test('the README shows the commands that the first start prints', async () => {
  const server = await startDocsServer()
  try {
    const [shown] = stepsOf('README.md')
    const commands = shown?.block.text
      .replaceAll('http://localhost:3000', server.origin)
      .replace('$TOKEN', server.token)
    expect(commands?.split('\n')).toEqual([...server.welcome.matchAll(/^ {2}(curl .+)$/gm)].map(([, line]) => line))
  } finally {
    await server.close()
  }
})

/** All of a page's blocks in one shell, which keeps their variables. */
async function runShell(steps: readonly Step[], { origin, token, env }: DocsServer): Promise<string[]> {
  const { stdout: users } = await run(process.execPath, [BIN, 'user', 'list', '--json'], { env })
  const variables = { TOKEN: token, USER_ID: JSON.parse(users).data[0].id, NODE: process.execPath, BIN }
  const script = steps
    .map(({ block }) => block.text)
    .join(`\nprintf '\\n%s\\n' '${SEPARATOR}'\n`)
    .replaceAll('http://localhost:3000', origin)
    .replaceAll('npm run -s linkwright --', '"$NODE" "$BIN"')
  const { stdout } = await run('bash', ['-ec', script], {
    cwd: root,
    env: { ...env, ...variables },
    timeout: LIMIT_MS / 2,
  })
  return stdout.split(`\n${SEPARATOR}\n`)
}

function judge(block: Block, sample: Block | undefined, printed: string, { origin }: DocsServer): void {
  const where = block.place
  // Replies end without a line break, so that two of them may stand on one line.
  const errors = /\{"error":.*?"code":"\w+"/.exec(printed)
  if (sample === undefined || !sample.text.includes('"code"')) expect(errors, where).toBeNull()
  expect(printed, where).not.toContain('"code":"INTERNAL"')
  if (sample === undefined) return
  if (sample.info === 'output') {
    expect(printed.trim().split(/\r?\n/), where).toEqual(sample.text.split('\n'))
    return
  }
  const reply: unknown = JSON.parse(printed.slice(printed.lastIndexOf('\n{') + 1))
  const [, name] = sample.info.split(' ')
  const schema = Object.values(restContracts).find((one) => one.name === name)?.output
  if (schema !== undefined) expect(schema.safeParse(reply).data, where).toEqual(reply)
  expect(level(reply, origin), where).toEqual(level(JSON.parse(sample.text), origin))
}

/** What differs from run to run, made the same: ids, moments, days, origins, signatures. */
function level(value: unknown, origin: string): unknown {
  const text = JSON.stringify(value)
    .replaceAll(origin, 'https://go.example.com')
    .replaceAll(/\b(usr|tok|lnk|rul|dom)_[0-9A-Z]{26}/g, '$1_')
    .replaceAll(/\d{4}-\d\d-\d\d(T[\d:.]+Z)?/g, (moment) => (moment.length > 10 ? 'moment' : 'day'))
    .replaceAll(/(lw_(?:exp|kid|n|sig)=|"keyId":")[\w-]+/g, '$1')
  return JSON.parse(text)
}
