// linkwright usage: what a user has used of the plan, and putting it right.
import { found, METERS, type Meter, monthOf } from '@linkwright/core'
import { presentId } from '@linkwright/http'
import type { Command } from 'commander'
import { UsageError } from '../values.ts'
import { record } from './output.ts'
import { ownerOf, type Session, wholeNumber, withSession } from './session.ts'

export function addUsage(program: Command): void {
  const usage = program.command('usage').description('what counts against plans')

  usage
    .command('show')
    .description("show a user's usage in this period")
    .requiredOption('--user <id>', 'whose usage')
    .option('--json', 'print one JSON object')
    .action((options) =>
      withSession(options.json, async (session) => {
        const shown = await read(session, options.user)
        const { links } = shown.meters
        const rows = [['links', links.period, links.value, links.limit]]
        session.output.print(shown, { columns: ['meter', 'period', 'used', 'limit'], rows })
      }),
    )

  usage
    .command('set')
    .description('set a meter of this period')
    .requiredOption('--user <id>', 'whose usage')
    .requiredOption('--meter <name>', METERS.join(', '), readMeter)
    .requiredOption('--value <n>', 'what it stands at', wholeNumber('--value'))
    .option('--json', 'print one JSON object')
    .action((options) =>
      withSession(options.json, async (session) => {
        const { userId, owner } = await ownerOf(session, options.user)
        const period = monthOf(session.core.clock())
        await session.core.storage.of(owner).usage.set(options.meter, period, options.value)
        const shown = { userId: presentId('usr_', userId), meter: options.meter, period, value: options.value }
        session.output.print(shown, record(shown))
      }),
    )
}

async function read(session: Session, user: string) {
  const { userId, owner } = await ownerOf(session, user)
  const { storage, clock, plans } = session.core
  const { plan } = found(await storage.directory.user(userId))
  const period = monthOf(clock())
  const value = await storage.of(owner).usage.read('links', period)
  const limit = plans[plan]?.linksPerMonth ?? 0
  return { userId: presentId('usr_', userId), plan, meters: { links: { period, value, limit } } }
}

function readMeter(text: string): Meter {
  const meter = METERS.find((name) => name === text)
  if (meter === undefined) throw new UsageError(`--meter must be one of ${METERS.join(', ')}`)
  return meter
}
