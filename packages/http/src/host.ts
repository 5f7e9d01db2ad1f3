// The host's own users: how the application around us says who calls, and what they may use.
import {
  type Actor,
  type Caller,
  type Core,
  isScope,
  LinkwrightError,
  type MaybePromise,
  type Owner,
  type Plan,
  SCOPES,
} from '@linkwright/core'
import type { Call } from './call.ts'

/** Who calls, in the host's words. */
export interface HostIdentity {
  /** The project; a plain id counts its plan on itself. */
  readonly owner: string | Owner
  /** The user's id. */
  readonly actor: string
  /** Absent: everything that the plan allows. Names that are no scopes of ours are passed over. */
  readonly scopes?: readonly string[] | undefined
}

export interface Host {
  /** Asked about every call that carries no token of ours; null for a call that is nobody's. */
  identify(call: Call): MaybePromise<HostIdentity | null>
  plan(owner: Owner): MaybePromise<Plan>
}

/** Makes callers of calls that the host knows. */
export type HostCaller = (call: Call) => Promise<Caller | null>

/** @param origins other origins whose pages may call with the host's cookie */
export function createHostCaller(core: Pick<Core, 'accounts'>, host: Host, origins: readonly string[]): HostCaller {
  return async (call) => {
    const identity = await host.identify(call)
    if (identity === null) return null
    if (isByCookie(call) && !isSameOrigin(call, origins)) {
      throw new LinkwrightError('UNAUTHENTICATED', 'Pages of other origins cannot call with a cookie.')
    }
    const owner = typeof identity.owner === 'string' ? { id: identity.owner, subject: identity.owner } : identity.owner
    await core.accounts.ensure(owner)
    const actor: Actor = { kind: 'host', id: identity.actor, userId: identity.actor }
    const scopes = new Set(identity.scopes === undefined ? SCOPES : identity.scopes.filter(isScope))
    return { owner, actor, scopes, plan: await host.plan(owner) }
  }
}

/** A call that carries nothing but a cookie was identified by it. */
function isByCookie(call: Call): boolean {
  return call.header('cookie') !== undefined && call.header('authorization') === undefined
}

/**
 * Whether a call may count on the browser's cookies: Fetch Metadata says so, or, from older browsers, Origin. A call
 * with neither header does not come from a browser.
 */
function isSameOrigin(call: Call, origins: readonly string[]): boolean {
  const origin = call.header('origin')
  if (origin !== undefined && origins.includes(origin)) return true
  const site = call.header('sec-fetch-site')
  if (site !== undefined) return site === 'same-origin' || site === 'none'
  return origin === undefined || URL.parse(origin)?.host === call.host
}
