// linkwright link: links in the contract's own shapes, for any user.
import { found, type Owner, PLANS, type Plans } from '@linkwright/core'
import type { Command } from 'commander'
import type { Facade } from '../as.ts'
import { whole } from './list.ts'
import { record } from './output.ts'
import { linkOf, ownerOf, type Session, withSession } from './session.ts'

export function addLinks(program: Command): void {
  const link = program.command('link').description('links')

  link
    .command('create <destinationUrl>')
    .description('create a link for a user, within the plan')
    .requiredOption('--user <id>', 'whose link')
    .option('--slug <slug>', 'custom slug (default: a drawn one)')
    .option('--title <text>', 'title')
    .option('--domain <id>', 'a verified domain of the user')
    .option('--json', 'print one JSON object')
    .action((destinationUrl, options) =>
      withSession(options.json, async (session) => {
        const { owner } = await ownerOf(session, options.user)
        const { links } = await actAs(session, owner)
        const { slug: customSlug, title, domain: domainId } = options
        const made = await links.create({ destinationUrl, customSlug, title, domainId })
        session.output.print(made, record(made))
      }),
    )

  link
    .command('list')
    .description("list a user's links, newest first")
    .requiredOption('--user <id>', 'whose links')
    .option('--archived', 'archived ones too')
    .option('--json', 'print one JSON object')
    .action((options) =>
      withSession(options.json, async (session) => {
        const { owner } = await ownerOf(session, options.user)
        const { links } = await actAs(session, owner)
        const data = []
        const includeArchived = options.archived ? ('true' as const) : undefined
        for (let cursor: string | undefined; ; ) {
          const page = await links.list({ limit: '200', includeArchived, cursor })
          data.push(...page.data)
          if (page.pagination.nextCursor === null) break
          cursor = page.pagination.nextCursor
        }
        const rows = data.map((one) => [one.id, one.shortUrl, one.destinationUrl, one.clicks])
        session.output.print(whole(data), { columns: ['id', 'short', 'destination', 'clicks'], rows })
      }),
    )

  link
    .command('show <link>')
    .description('show a link, by id, slug or address')
    .option('--json', 'print one JSON object')
    .action((text, options) =>
      withSession(options.json, async (session) => {
        const { id, owner } = await linkOf(session, text)
        const shown = await (await actAs(session, owner)).links.get(`lnk_${id}`)
        session.output.print(shown, record(shown))
      }),
    )

  link
    .command('stats <link>')
    .description("show a link's clicks")
    .option('--from <time>', 'RFC 3339; default: its creation')
    .option('--to <time>', 'RFC 3339; default: now')
    .option('--json', 'print one JSON object')
    .action((text, options) =>
      withSession(options.json, async (session) => {
        const { id, owner } = await linkOf(session, text)
        const { from, to } = options
        const stats = await (await actAs(session, owner)).links.stats(`lnk_${id}`, { from, to })
        session.output.print(stats, {
          columns: ['', 'value', 'clicks', 'people'],
          rows: [
            ['total', '', stats.clicks, stats.people],
            ...Object.entries(stats).flatMap(([name, counts]) =>
              Array.isArray(counts) ? counts.map((one) => [name, one.value, one.clicks, one.people]) : [],
            ),
          ],
          note: `${stats.bots} by bots, ${stats.uniques} unique visitors`,
        })
      }),
    )
}

/** The operator acts with all rights, within the plan of the link's user. */
export async function actAs({ links, core }: Session, owner: Owner): Promise<Facade> {
  const user = await core.storage.directory.user(owner.subject)
  const plans: Plans = core.plans
  const plan = user === undefined ? PLANS.premium : found(plans[user.plan])
  return links.as(owner, { plan, actor: owner.subject })
}
