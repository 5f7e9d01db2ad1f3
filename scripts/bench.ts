// `npm run bench`: measures what is shipped, so it builds what changed first. `npm run bench -- growth` runs from source.
import { growth } from '../benchmarks/src/growth/main.ts'
import { bench } from '../benchmarks/src/main.ts'
import { build } from './build.ts'
import { startPostgres } from './services/postgres.ts'

const [first, ...rest] = process.argv.slice(2)
process.exitCode =
  first === 'growth'
    ? await growth(rest, startPostgres)
    : await bench(process.argv.slice(2), () => build({ quiet: true }))
