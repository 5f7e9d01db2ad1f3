// A token: what is kept of it, which is never the token itself.
import type { Owner, Scope } from '../caller.ts'

export interface Token {
  readonly id: string
  readonly ownerId: string
  readonly subject: string
  readonly userId: string
  readonly name: string
  /** The first characters, to recognise it by. */
  readonly prefix: string
  readonly scopes: readonly Scope[]
  readonly createdAt: number
  readonly expiresAt: number | null
  readonly revokedAt: number | null
  readonly lastUsedAt: number | null
}

/** What is kept to find and check a token: a digest under a unique index and, for slow profiles, a slow hash too. */
export interface TokenSecret {
  readonly hash: string
  readonly slowHash: string | null
}

/** A token as found by its digest, with whose it is and the plan that its user has now. */
export interface TokenOnFile extends TokenSecret {
  readonly token: Token
  readonly owner: Owner
  readonly plan: string | null
}

/** Revoked and expired tokens neither pass nor count to a plan's cap. `now >= expiresAt` is expired. */
export function isActive(token: Token, now: number): boolean {
  return token.revokedAt === null && (token.expiresAt === null || now < token.expiresAt)
}
