// Who calls: the space that is acted on, the one who acts, and what they may do.
import type { Plan } from './plan.ts'

/** The space that links live in: a project. `subject` is where plans and quotas count (by default its user). */
export interface Owner {
  readonly id: string
  readonly subject: string
}

/** Who acts. `userId` is shown by `/me`; `id` names the credential (the token's id) or the user. */
export interface Actor {
  readonly kind: 'token' | 'host' | 'operator'
  readonly id: string
  readonly userId: string
}

/** The rights that a credential can carry; every endpoint names the one it needs. */
export const SCOPES = [
  'links:read',
  'links:write',
  'rules:read',
  'rules:write',
  'domains:read',
  'analytics:read',
] as const

export type Scope = (typeof SCOPES)[number]

/** Made by authentication, or by a host's own trusted code; never from anything in a request's body or path. */
export interface Caller {
  readonly owner: Owner
  readonly actor: Actor
  readonly scopes: ReadonlySet<Scope>
  readonly plan: Plan
}

export function isScope(text: string): text is Scope {
  return (SCOPES as readonly string[]).includes(text)
}
