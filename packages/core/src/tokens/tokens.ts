// Tokens: minting, verifying and revoking, with the token itself shown exactly once.
import { type Caller, isScope, type Owner, SCOPES, type Scope } from '../caller.ts'
import type { Clock, Random } from '../clock.ts'
import { found, invalid, LinkwrightError } from '../errors.ts'
import type { Ids } from '../ids.ts'
import type { Page, PageRequest } from '../page.ts'
import type { Storage } from '../storage.ts'
import { checkToken, displayPrefix, formatToken, hashToken } from './format.ts'
import type { KeyProfile } from './profile.ts'
import { isActive, type Token, type TokenOnFile } from './token.ts'

/** A slow password hash, for profiles that ask for one. */
export interface SlowHash {
  hash(text: string): Promise<string>
  verify(hash: string, text: string): Promise<boolean>
}

export interface TokensPorts {
  readonly storage: Storage
  readonly clock: Clock
  readonly ids: Ids
  readonly random: Random
  readonly profile: KeyProfile
  /** Hashes and finds tokens under an HMAC key, so that a stolen table is of no use for guessing. */
  readonly pepper: string | undefined
  readonly hashSlow: SlowHash
}

export interface NewToken {
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly expiresInSeconds?: number | undefined
}

/** A token just made: the one time that its text is there. */
export interface MintedToken extends Token {
  readonly text: string
}

export interface Tokens {
  /** Whether the text could be one of ours at all, by its prefix: then nobody else is asked about it. */
  isOurs(text: string): boolean
  /** One hash and one indexed look-up; junk is refused without any. @returns undefined for anything that is not active */
  verify(text: string): Promise<TokenOnFile | undefined>
  /** Mints for a caller: scopes at most the caller's own, and the plan's cap decided by a guarded write. */
  mint(caller: Caller, input: NewToken): Promise<MintedToken>
  /** Mints as an operator: for any user, whatever the plan's cap. */
  issue(owner: Owner, userId: string, input: NewToken): Promise<MintedToken>
  list(owner: Owner, page: PageRequest): Promise<Page<Token>>
  revoke(owner: Owner, id: string): Promise<Token>
  /** Revokes by id alone, as an operator. */
  revokeAny(id: string): Promise<Token>
  /** Writes when tokens were last used: at most once a minute each, off the request path. */
  flush(): Promise<void>
}

const TOUCH_MS = 60_000

export function createTokens(ports: TokensPorts): Tokens {
  const { storage, clock, profile, pepper, hashSlow } = ports
  const slow = profile.hash === 'slow'
  const digest = (text: string) => hashToken(text, slow ? (pepper ?? 'linkwright') : pepper)
  let uses = new Map<string, number>()

  return {
    isOurs: (text) => text.startsWith(profile.prefix),

    async verify(text) {
      if (!checkToken(profile, text)) return undefined
      const now = clock()
      const onFile = await storage.open.tokens.byHash(digest(text))
      if (onFile === undefined || !isActive(onFile.token, now)) return undefined
      if (onFile.slowHash !== null && !(await hashSlow.verify(onFile.slowHash, text))) return undefined
      if (now - (onFile.token.lastUsedAt ?? 0) >= TOUCH_MS) uses.set(onFile.token.id, now)
      return onFile
    },

    async mint(caller, input) {
      checkInput(input)
      const missing = scopesOf(input).filter((scope) => !caller.scopes.has(scope))
      if (missing.length > 0) {
        throw new LinkwrightError(
          'INSUFFICIENT_SCOPE',
          `A token cannot hold more than its maker: ${missing.join(', ')}.`,
        )
      }
      const cap = Math.min(caller.plan.tokens, profile.maxPerUser ?? Number.POSITIVE_INFINITY)
      const minted = await insert(caller.owner, caller.actor.userId, input, cap)
      if (minted === null) {
        throw new LinkwrightError('PLAN_LIMIT_EXCEEDED', `The plan's limit of ${cap} active tokens is reached.`)
      }
      return minted
    },

    async issue(owner, userId, input) {
      checkInput(input)
      return found(await insert(owner, userId, input, null))
    },

    list: (owner, page) => storage.of(owner).tokens.list(page),

    async revoke(owner, id) {
      return found(await storage.of(owner).tokens.revoke(id, clock()))
    },

    async revokeAny(id) {
      return found(await storage.open.tokens.revoke(id, clock()))
    },

    async flush() {
      if (uses.size === 0) return
      const batch = uses
      uses = new Map()
      try {
        await storage.open.tokens.touch(batch)
      } catch (error) {
        uses = new Map([...batch, ...uses])
        throw error
      }
    },
  }

  async function insert(
    owner: Owner,
    userId: string,
    input: NewToken,
    cap: number | null,
  ): Promise<MintedToken | null> {
    const text = formatToken(profile, ports.random(profile.bytes))
    const now = clock()
    const seconds = input.expiresInSeconds ?? profile.defaultExpirySeconds
    const token: Token = {
      id: ports.ids(),
      ownerId: owner.id,
      subject: owner.subject,
      userId,
      name: input.name,
      prefix: displayPrefix(profile, text),
      scopes: scopesOf(input),
      createdAt: now,
      expiresAt: seconds === null || seconds === undefined ? null : now + seconds * 1000,
      revokedAt: null,
      lastUsedAt: null,
    }
    const secret = { hash: digest(text), slowHash: slow ? await hashSlow.hash(text) : null }
    return (await storage.of(owner).tokens.insert(token, secret, cap)) ? { ...token, text } : null
  }

  /** A key with the rights of its user has them all, whatever it was asked to have. */
  function scopesOf(input: NewToken): readonly Scope[] {
    return profile.rights === 'user' ? SCOPES : SCOPES.filter((scope) => input.scopes.includes(scope))
  }

  function checkInput({ name, scopes, expiresInSeconds }: NewToken): void {
    if (name.length < 1 || name.length > 120 || name.includes('\0')) throw invalid('name', 'must be 1–120 characters')
    const needsScopes = profile.rights === 'scopes' && scopes.length === 0
    if (needsScopes) throw invalid('scopes', `must name at least one of ${SCOPES.join(', ')}`)
    if (!scopes.every(isScope)) throw invalid('scopes', `must be out of ${SCOPES.join(', ')}`)
    // Ten digits of seconds are three centuries: longer than any key should live.
    const seconds = expiresInSeconds ?? 1
    if (!(Number.isInteger(seconds) && seconds > 0 && seconds < 1e10)) {
      throw invalid('expiresIn', 'must be a whole number of seconds, at least 1')
    }
  }
}
