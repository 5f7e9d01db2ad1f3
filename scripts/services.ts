// `npm run services`: starts the services of the tests and keeps them until Ctrl-C; another shell can use what it prints.
import { startServices } from './services/services.ts'

const { env, stop } = await startServices({ postgres: true, redis: true, cluster: true }).catch((error: Error) => {
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
})
for (const [name, value] of Object.entries(env)) process.stdout.write(`export ${name}=${value}\n`)
const running = setInterval(() => {}, 60_000)
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    clearInterval(running)
    await stop()
  })
}
