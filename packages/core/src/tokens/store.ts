// What tokens ask of storage.
import type { MaybePromise } from '../clock.ts'
import type { Page, PageRequest } from '../page.ts'
import type { Token, TokenOnFile, TokenSecret } from './token.ts'

/** Tokens of one owner. */
export interface TokenStore {
  get(id: string): Promise<Token | undefined>
  list(page: PageRequest): Promise<Page<Token>>
  /**
   * Adds a token if fewer than `cap` of the owner's plan subject are active, in one guarded write (null: no cap).
   * @returns false if the cap is reached
   */
  insert(token: Token, secret: TokenSecret, cap: number | null): Promise<boolean>
  /** @returns the token, revoked; the time of an earlier revocation stands */
  revoke(id: string, at: number): Promise<Token | undefined>
}

export interface OpenTokens {
  /** One equality look-up under a unique index. */
  byHash(hash: string): MaybePromise<TokenOnFile | undefined>
  /** Revokes by id alone: the command line's door. */
  revoke(id: string, at: number): Promise<Token | undefined>
  /** Notes that tokens were used; never brings a row back. */
  touch(uses: ReadonlyMap<string, number>): Promise<void>
}
