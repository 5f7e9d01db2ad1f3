// `npm run -s linkwright -- <command>`: the command line from this repository; stdout is the command's alone.
import { runCli } from './cli.ts'

await runCli(process.argv.slice(2), { quiet: true })
