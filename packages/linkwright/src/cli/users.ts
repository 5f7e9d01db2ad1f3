// linkwright user: who may hold links, and on which plan.
import type { User } from '@linkwright/core'
import { presentId, presentTime } from '@linkwright/http'
import type { Command } from 'commander'
import { all, whole } from './list.ts'
import { record } from './output.ts'
import { idOf, withSession } from './session.ts'

export function addUsers(program: Command): void {
  const user = program.command('user').description('users and their plans')

  user
    .command('create')
    .description('create a user with a first project')
    .requiredOption('--email <address>', 'e-mail address, unique')
    .option('--plan <name>', 'plan (default: DEFAULT_PLAN)')
    .option('--json', 'print one JSON object')
    .action((options) =>
      withSession(options.json, async ({ core, config, output }) => {
        const made = await core.accounts.create({ email: options.email, plan: options.plan ?? config.defaultPlan })
        const shown = present(made)
        output.print(shown, record(shown))
      }),
    )

  user
    .command('list')
    .description('list users, newest first')
    .option('--json', 'print one JSON object')
    .action((options) =>
      withSession(options.json, async ({ core, output }) => {
        const data = (await all((page) => core.accounts.list(page))).map(present)
        const rows = data.map(({ id, email, plan, createdAt }) => [id, email, plan, createdAt])
        output.print(whole(data), { columns: ['id', 'email', 'plan', 'created'], rows })
      }),
    )

  user
    .command('update <id>')
    .description("change a user's plan; it counts from the next request on")
    .requiredOption('--plan <name>', 'plan')
    .option('--json', 'print one JSON object')
    .action((id, options) =>
      withSession(options.json, async ({ core, output }) => {
        const shown = present(await core.accounts.setPlan(idOf('usr_', id), options.plan))
        output.print(shown, record(shown))
      }),
    )
}

function present(user: User) {
  return { id: presentId('usr_', user.id), email: user.email, plan: user.plan, createdAt: presentTime(user.createdAt) }
}
