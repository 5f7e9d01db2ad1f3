// What links ask of storage.
import type { Owner } from '../caller.ts'
import type { Collection, Ref } from '../collection.ts'
import type { Link, LinkFilter, LinkPatch, LinkRow } from './link.ts'

/** How a slug is held against others: `slugKey` is the slug, or its lower case where the domain ignores case. */
export interface NewLinkRow {
  readonly link: LinkRow
  readonly slugKey: string
  /** Tombstones of other plan subjects younger than this still hold their slug. */
  readonly tombstonesSince: number
}

/**
 * Links of one owner. `insert` throws `SlugTaken` when another link, or a fresh tombstone of another plan subject, holds
 * the slug. `update` of `maxClicks` from null counts the clicks so far, and those of an earlier limit, as used. `delete`
 * removes rules and statistics in the same transaction and leaves a tombstone.
 */
export interface LinkStore extends Omit<Collection<Link, NewLinkRow, LinkPatch, LinkFilter>, 'delete'> {
  /** @returns the link that was deleted */
  delete(ref: Ref, at: number): Promise<Link | undefined>
  /** Whether `insert` would find the slug free now. Only `insert` decides. */
  isFree(domainId: string | null, slugKey: string, tombstonesSince: number): Promise<boolean>
}

export interface OpenLinks {
  /** Whose a link is, by its id alone: the command line's door. */
  ownerOf(linkId: string): Promise<Owner | undefined>
  /** Takes one of a link's `maxClicks`, in one guarded write. @returns false when none is left */
  claimClick(linkId: string): Promise<boolean>
  /** Links whose screening is pending, oldest first, each with its rules' targets. */
  pendingScreening(
    limit: number,
  ): Promise<readonly { readonly link: Link; readonly slugKey: string; readonly urls: readonly string[] }[]>
  /** Sets what a later screening found, unless the link was changed since `updatedAt`. */
  setScreening(linkId: string, updatedAt: number, screening: 'clear' | 'flagged'): Promise<boolean>
}

/** Thrown by `insert`: the slug belongs to another link. */
export class SlugTaken extends Error {
  override readonly name = 'SlugTaken'
}
