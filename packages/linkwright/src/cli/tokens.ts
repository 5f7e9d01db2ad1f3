// linkwright token: minting regardless of the plan's cap, listing, revoking.
import { isScope, SCOPES, type Token } from '@linkwright/core'
import { presentId, presentOptionalTime, presentTime } from '@linkwright/http'
import type { Command } from 'commander'
import { UsageError } from '../values.ts'
import { all, whole } from './list.ts'
import { record } from './output.ts'
import { idOf, ownerOf, wholeNumber, withSession } from './session.ts'

export function addTokens(program: Command): void {
  const token = program.command('token').description('API tokens')

  token
    .command('create')
    .description('mint a token; it is shown this once')
    .requiredOption('--user <id>', 'whose token')
    .requiredOption('--scopes <list>', `comma-separated, out of ${SCOPES.join(', ')}`, readScopes)
    .option('--name <text>', 'what it is for', 'cli')
    .option('--expires-in <seconds>', 'lifetime; without it, none', wholeNumber('--expires-in'))
    .option('--json', 'print one JSON object')
    .action((options) =>
      withSession(options.json, async (session) => {
        const { userId, owner } = await ownerOf(session, options.user)
        const { name, scopes, expiresIn: expiresInSeconds } = options
        const minted = await session.core.tokens.issue(owner, userId, { name, scopes, expiresInSeconds })
        const { id, ...rest } = present(minted)
        const shown = { id, token: minted.text, ...rest }
        session.output.print(shown, record(shown, 'Keep the token now: it is not shown again.'))
      }),
    )

  token
    .command('list')
    .description("list a user's tokens, newest first")
    .requiredOption('--user <id>', 'whose tokens')
    .option('--json', 'print one JSON object')
    .action((options) =>
      withSession(options.json, async (session) => {
        const { owner } = await ownerOf(session, options.user)
        const data = (await all((page) => session.core.tokens.list(owner, page))).map(present)
        const rows = data.map((one) => [one.id, one.name, one.prefix, one.scopes, one.expiresAt, one.revokedAt])
        session.output.print(whole(data), { columns: ['id', 'name', 'starts', 'scopes', 'expires', 'revoked'], rows })
      }),
    )

  token
    .command('revoke <id>')
    .description('end a token; the next request with it is refused')
    .option('--json', 'print one JSON object')
    .action((id, options) =>
      withSession(options.json, async ({ core, output }) => {
        const shown = present(await core.tokens.revokeAny(idOf('tok_', id)))
        output.print(shown, record(shown))
      }),
    )
}

function readScopes(text: string) {
  const scopes = text.split(',').map((scope) => scope.trim())
  if (!scopes.every(isScope)) throw new UsageError(`--scopes must be out of ${SCOPES.join(', ')}`)
  return scopes
}

function present(token: Token) {
  return {
    id: presentId('tok_', token.id),
    userId: presentId('usr_', token.userId),
    name: token.name,
    prefix: token.prefix,
    scopes: token.scopes,
    createdAt: presentTime(token.createdAt),
    expiresAt: presentOptionalTime(token.expiresAt),
    revokedAt: presentOptionalTime(token.revokedAt),
    lastUsedAt: presentOptionalTime(token.lastUsedAt),
  }
}
