// `npm run bench`: builds what changed, since what is shipped is what is measured, and runs the benchmarks.
import { bench } from '../benchmarks/src/main.ts'
import { build } from './build.ts'

const args = process.argv.slice(2)
if (!args.includes('--help')) await build({ quiet: true })
process.exitCode = await bench(args)
