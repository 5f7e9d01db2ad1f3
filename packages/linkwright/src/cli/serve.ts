// linkwright serve: the standalone server, from an empty folder to a clean exit.
import cluster from 'node:cluster'
import type { Core } from '@linkwright/core'
import { createListener, type Logger } from '@linkwright/http'
import type { Command } from 'commander'
import { compose, type Plugs, readPlugs } from '../compose.ts'
import { type Config, originOf, readConfig } from '../config.ts'
import { type Demo, ensureDemo } from '../demo.ts'
import { createLogger } from '../logger.ts'
import { type Application, startServer } from '../server.ts'
import { openDatabase, openStores } from '../stores.ts'
import { readPort, readWorkers } from '../values.ts'
import { findPort, startWorkers } from '../workers.ts'

export function addServe(program: Command): void {
  program
    .command('serve')
    .description('migrate the database and serve the API and the redirects')
    .option('--port <n>', 'port (default: PORT, or 3000); 0 takes a free one', (text) => readPort(text, '--port'))
    .option('--host <address>', 'address to listen on (default: all)')
    .option('--workers <n>', 'processes that serve, or auto for one a processor (default: WORKERS, or 1)', (text) =>
      readWorkers(text, '--workers'),
    )
    .option('--demo', 'on an empty database make a first user with a token, and print how to begin')
    .action(async ({ port, host, workers, demo }: Options) => {
      const read = readConfig(process.env)
      const config = { ...read, port: port ?? read.port, workers: workers ?? read.workers }
      const logger = createLogger(config.logLevel, (line) => process.stderr.write(line))
      const plugs = await readPlugs(config, logger)
      if (cluster.isWorker) await serve(config, host, plugs, logger).finally(() => cluster.worker?.disconnect())
      else if (config.workers === 1) await serve(config, host, plugs, logger, demo)
      else await serveTogether(config, host, plugs, logger, demo)
    })
}

interface Options {
  readonly port?: number
  readonly host?: string
  readonly workers?: number
  readonly demo?: boolean
}

/** One process that serves. */
async function serve(config: Config, host: string | undefined, plugs: Plugs, logger: Logger, wantsDemo = false) {
  let welcome = () => {}
  const server = await startServer({
    port: config.port,
    host,
    logger,
    build: async (port) => {
      const served = { ...config, port }
      const application = await buildApplication(served, plugs, logger)
      if (wantsDemo) {
        const demo = await ensureDemo(application.core, config.defaultPlan)
        welcome = () => process.stdout.write(welcomeText(originOf(served), demo))
      }
      return application
    },
  })
  welcome()
  await endOnSignal(() => server.close())
}

/** Several processes behind one port; this one only looks after them. */
async function serveTogether(
  config: Config,
  host: string | undefined,
  plugs: Plugs,
  logger: Logger,
  wantsDemo = false,
): Promise<void> {
  const port = config.port === 0 ? await findPort(host) : config.port
  const demo = await prepare({ ...config, port }, plugs, logger, wantsDemo)
  const workers = await startWorkers(config.workers, port, logger)
  if (demo !== undefined) process.stdout.write(welcomeText(originOf({ ...config, port }), demo))
  await endOnSignal(() => workers.close())
}

/** The database is made ready once, before anyone serves. */
async function prepare(config: Config, plugs: Plugs, logger: Logger, wantsDemo: boolean): Promise<Demo | undefined> {
  const storage = openDatabase(config)
  const links = compose(config, plugs, { storage }, logger)
  try {
    await storage.migrate()
    return wantsDemo ? await ensureDemo(links.core, config.defaultPlan) : undefined
  } finally {
    await links.close()
  }
}

async function buildApplication(
  config: Config,
  plugs: Plugs,
  logger: Logger,
): Promise<Application & { readonly core: Core }> {
  const stores = openStores(config, logger)
  try {
    await stores.storage.migrate()
    const links = compose(config, plugs, stores, logger)
    await links.core.recorder.prepare()
    const handle = createListener([links.api, links.redirects], { trustProxy: config.trustProxy })
    const close = () => links.close().finally(() => stores.close())
    return { handle, ready: links.ready, close, core: links.core }
  } catch (error) {
    await stores.storage.close()
    await stores.close()
    throw error
  }
}

/** Resolves when a signal has been obeyed: the process then ends by itself. A signal that is repeated changes nothing. */
function endOnSignal(close: () => Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => void close().then(resolve, reject)
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end)
  })
}

function welcomeText(origin: string, { userId, token }: Demo): string {
  const create = `curl -X POST ${origin}/api/v1/links -H "Authorization: Bearer ${token ?? '$TOKEN'}" -H "Content-Type: application/json" -d '{"destinationUrl":"https://example.com/","customSlug":"hello"}'`
  const lines = [
    `Linkwright serves on ${origin}`,
    '',
    ...(token === undefined
      ? [
          'The token was shown on the first run. For another, to put in place of $TOKEN:',
          `  npm run -s linkwright -- token create --user usr_${userId} --scopes links:read,links:write`,
        ]
      : [`Token (shown this once): ${token}`]),
    '',
    'Create a link:',
    `  ${create}`,
    '',
    'Follow it:',
    `  curl -i ${origin}/hello`,
    '',
    'Ctrl-C stops it.',
    '',
  ]
  return lines.join('\n')
}
