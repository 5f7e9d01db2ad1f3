// linkwright migrate and openapi: the schema of the database, and of the API.
import { describeRest } from '@linkwright/http/rest'
import type { Command } from 'commander'
import { originOf, readConfig } from '../config.ts'
import { openDatabase } from '../stores.ts'
import { createOutput } from './output.ts'

export function addDatabase(program: Command): void {
  program
    .command('migrate')
    .description('bring the database up to date; creates it where there is none')
    .option('--json', 'print one JSON object')
    .action(async (options) => {
      const config = readConfig(process.env)
      const storage = openDatabase(config)
      try {
        const { applied } = await storage.migrate()
        const note = applied.length === 0 ? 'The database is up to date.' : undefined
        const rows = applied.map((name) => [name])
        createOutput(options.json === true, (text) => process.stdout.write(text)).print(
          { applied },
          { columns: ['applied'], rows, ...(note === undefined ? {} : { note }) },
        )
      } finally {
        await storage.close()
      }
    })

  program
    .command('openapi')
    .description('print the OpenAPI 3.1 document of the API')
    .option('--json', 'print it in one line')
    .action((options) => {
      const document = describeRest({ base: `${originOf(readConfig(process.env))}/api/v1` })
      process.stdout.write(`${JSON.stringify(document, null, options.json ? 0 : 2)}\n`)
    })
}
