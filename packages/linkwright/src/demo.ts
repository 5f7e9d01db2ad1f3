// The first run's owner and token, so that a newcomer's first command works when pasted.
import { type Core, SCOPES } from '@linkwright/core'

export interface Demo {
  readonly userId: string
  /** The token, on the first run alone. */
  readonly token: string | undefined
}

/** Makes a user with a full token if there is no user at all. */
export async function ensureDemo(core: Core, plan: string): Promise<Demo> {
  const first = (await core.accounts.list({ limit: 1 })).items[0]
  if (first !== undefined) return { userId: first.id, token: undefined }
  const user = await core.accounts.create({ email: 'demo@example.com', plan })
  const owner = await core.accounts.ownerOf(user.id)
  const { text } = await core.tokens.issue(owner, user.id, { name: 'demo', scopes: SCOPES })
  return { userId: user.id, token: text }
}
