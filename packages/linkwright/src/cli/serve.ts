// linkwright serve: the standalone server, from an empty folder to a clean exit.
import { createListener } from '@linkwright/http'
import type { Command } from 'commander'
import { compose, readPlugs } from '../compose.ts'
import { originOf, readConfig, readPort } from '../config.ts'
import { type Demo, ensureDemo } from '../demo.ts'
import type { Linkwright } from '../linkwright.ts'
import { createLogger } from '../logger.ts'
import { type RunningServer, startServer } from '../server.ts'
import { openDatabase } from './session.ts'

export function addServe(program: Command): void {
  program
    .command('serve')
    .description('migrate the database and serve the API and the redirects')
    .option('--port <n>', 'port (default: PORT, or 3000); 0 takes a free one', (text) => readPort(text, '--port'))
    .option('--host <address>', 'address to listen on (default: all)')
    .option('--demo', 'on an empty database make a first user with a token, and print how to begin')
    .action(async (options) => {
      const read = readConfig(process.env)
      const config = { ...read, port: options.port ?? read.port }
      let demo: Demo | undefined
      let served = config
      const logger = createLogger(config.logLevel, (line) => process.stderr.write(line))
      const plugs = await readPlugs(config, logger)
      const server = await startServer({
        port: config.port,
        host: options.host,
        logger,
        build: async (port) => {
          served = { ...config, port }
          const storage = openDatabase(served)
          let links: Linkwright | undefined
          try {
            await storage.migrate()
            links = compose(served, plugs, storage, logger)
            if (options.demo) demo = await ensureDemo(links.core, served.defaultPlan)
            const handle = createListener([links.api, links.redirects], { trustProxy: served.trustProxy })
            return { handle, ready: links.ready, close: links.close }
          } catch (error) {
            await (links ?? storage).close()
            throw error
          }
        },
      })
      if (demo !== undefined) process.stdout.write(welcome(originOf(served), demo))
      await endOnSignal(server)
    })
}

/** Resolves when a signal has been obeyed: the process then ends by itself, with code 0. */
function endOnSignal(server: RunningServer): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => server.close().then(resolve, reject)
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, end)
  })
}

function welcome(origin: string, { userId, token }: Demo): string {
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
