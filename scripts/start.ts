// `npm start`: the standalone server with demonstration data, built only when something changed.
import { runCli } from './cli.ts'

process.env.DEFAULT_PLAN ||= 'premium'
await runCli(['serve', '--demo', ...process.argv.slice(2)])
