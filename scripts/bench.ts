// `npm run bench`: measures what is shipped, so it builds what changed first.
import { bench } from '../benchmarks/src/main.ts'
import { build } from './build.ts'

process.exitCode = await bench(process.argv.slice(2), () => build({ quiet: true }))
