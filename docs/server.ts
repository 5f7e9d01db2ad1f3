// A standalone server for the commands of one page: a database of its own, a free port, a demonstration user.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './pages.ts'

/** The command line as it is published. */
export const BIN = join(root, 'packages/linkwright/dist/bin.js')

export interface DocsServer {
  /** `http://localhost:40321` */
  readonly origin: string
  readonly token: string
  /** What it printed when it was ready. */
  readonly welcome: string
  /** For commands that are to meet the same database. */
  readonly env: NodeJS.ProcessEnv
  close(): Promise<void>
}

export async function startDocsServer(): Promise<DocsServer> {
  const folder = mkdtempSync(join(tmpdir(), 'linkwright-docs-'))
  const { PATH, HOME } = process.env
  const env = {
    PATH,
    HOME,
    DATABASE_URL: `sqlite:${join(folder, 'links.db')}`,
    DEFAULT_PLAN: 'premium',
    LOG_LEVEL: 'warn',
  }
  const child = spawn(process.execPath, [BIN, 'serve', '--demo', '--port', '0'], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const end = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM')
      await once(child, 'exit')
    }
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const welcome = await readWelcome(child)
    const [origin] = /http:\/\/localhost:\d+/.exec(welcome) ?? []
    const [token] = /lw_pk_\w+/.exec(welcome) ?? []
    if (origin === undefined || token === undefined) throw new Error(`the server did not say where it is:\n${welcome}`)
    return { origin, token, welcome, env: { ...env, LINKWRIGHT_ORIGIN: origin }, close: end }
  } catch (error) {
    await end()
    throw error
  }
}

/** What the server prints up to its last line of welcome. */
function readWelcome({ stdout, stderr, ...child }: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    stderr?.setEncoding('utf8').on('data', (part: string) => {
      text += part
    })
    stdout?.setEncoding('utf8').on('data', (part: string) => {
      text += part
      if (text.includes('Ctrl-C')) resolve(text)
    })
    stdout?.once('close', () => reject(new Error(`the server ended (${child.pid}):\n${text}`)))
  })
}
