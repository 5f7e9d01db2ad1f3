// linkwright key: the keys that sign a user's links.
import type { KeyView } from '@linkwright/core'
import { presentOptionalTime, presentTime } from '@linkwright/http'
import type { Command } from 'commander'
import { whole } from './list.ts'
import { record } from './output.ts'
import { ownerOf, withSession } from './session.ts'

export function addKeys(program: Command): void {
  const key = program.command('key').description('signing keys: two active at most, the newest signs')

  key
    .command('list')
    .description("list a user's signing keys, newest first")
    .requiredOption('--user <id>', 'whose keys')
    .option('--json', 'print one JSON object')
    .action((options) =>
      withSession(options.json, async (session) => {
        const { owner } = await ownerOf(session, options.user)
        const data = (await session.core.keys.list(owner)).map(present)
        const rows = data.map(({ id, active, createdAt, retiredAt }) => [id, active, createdAt, retiredAt])
        session.output.print(whole(data), { columns: ['id', 'active', 'created', 'retired'], rows })
      }),
    )

  key
    .command('rotate')
    .description('make a new key; links signed by the one before stay valid until the next rotation')
    .requiredOption('--user <id>', 'whose keys')
    .option('--json', 'print one JSON object')
    .action((options) =>
      withSession(options.json, async (session) => {
        const { owner } = await ownerOf(session, options.user)
        const shown = present(await session.core.keys.rotate(owner))
        session.output.print(shown, record(shown))
      }),
    )

  key
    .command('retire <keyId>')
    .description('end a key at once: what it signed no longer passes')
    .requiredOption('--user <id>', 'whose key')
    .option('--json', 'print one JSON object')
    .action((keyId, options) =>
      withSession(options.json, async (session) => {
        const { owner } = await ownerOf(session, options.user)
        const shown = present(await session.core.keys.retire(owner, keyId))
        session.output.print(shown, record(shown))
      }),
    )
}

function present(key: KeyView) {
  return {
    id: key.id,
    active: key.retiredAt === null,
    createdAt: presentTime(key.createdAt),
    retiredAt: presentOptionalTime(key.retiredAt),
  }
}
