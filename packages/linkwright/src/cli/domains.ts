// linkwright domain: hosts that serve a user's links.
import { found } from '@linkwright/core'
import { presentDomain } from '@linkwright/http/rest'
import type { Command } from 'commander'
import { all, whole } from './list.ts'
import { record } from './output.ts'
import { idOf, ownerOf, withSession } from './session.ts'

export function addDomains(program: Command): void {
  const domain = program.command('domain').description('custom domains')

  domain
    .command('add')
    .description('claim a host for a user')
    .requiredOption('--user <id>', 'whose domain')
    .requiredOption('--host <name>', 'host name, such as go.example.com')
    .option('--verified', 'mark it verified at once')
    .option('--case-insensitive', 'slugs on it ignore case')
    .option('--json', 'print one JSON object')
    .action((options) =>
      withSession(options.json, async (session) => {
        const { owner } = await ownerOf(session, options.user)
        const { domains } = session.core
        const added = await domains.add(owner, options.host, { caseSensitive: !options.caseInsensitive })
        const shown = presentDomain(options.verified ? await domains.verify(owner, added.id) : added)
        session.output.print(shown, record(shown))
      }),
    )

  domain
    .command('list')
    .description("list a user's domains, newest first")
    .requiredOption('--user <id>', 'whose domains')
    .option('--json', 'print one JSON object')
    .action((options) =>
      withSession(options.json, async (session) => {
        const { owner } = await ownerOf(session, options.user)
        const stored = session.core.storage.of(owner).domains
        const data = (await all((page) => stored.list(page))).map(presentDomain)
        const rows = data.map(({ id, host, verified, createdAt }) => [id, host, verified, createdAt])
        session.output.print(whole(data), { columns: ['id', 'host', 'verified', 'created'], rows })
      }),
    )

  domain
    .command('verify <id>')
    .description('mark a domain verified: from now on the host serves its links')
    .option('--json', 'print one JSON object')
    .action((id, options) =>
      withSession(options.json, async ({ core, output }) => {
        const { id: domainId, ownerId, subject } = found(await core.storage.open.domains.get(idOf('dom_', id)))
        const shown = presentDomain(await core.domains.verify({ id: ownerId, subject }, domainId))
        output.print(shown, record(shown))
      }),
    )
}
