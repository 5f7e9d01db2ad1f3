// `npm run chaos`: breaks what is shipped, so it builds what changed first.
import { build } from './build.ts'
import { chaos } from './chaos/main.ts'

process.exitCode = await chaos(process.argv.slice(2), () => build({ quiet: true }))
