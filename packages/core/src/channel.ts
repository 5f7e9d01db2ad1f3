// News between processes beside the storage: what one has changed, all others read anew.

/** What a write made stale for redirects. */
export type Change =
  | { readonly kind: 'link'; readonly domainId: string | null; readonly slug: string }
  | { readonly kind: 'domain'; readonly host: string }
  | { readonly kind: 'keys'; readonly ownerId: string }
  /** What changed can no longer be told. */
  | { readonly kind: 'all' }

/** One listener's place among those who hear of changes. */
export interface Watch {
  /** Whether changes of other processes are heard of just now. */
  healthy(): boolean
  stop(): void
}

export interface Channel {
  /** Tells all other processes. Takes a bounded time and never rejects: who does not hear notices that by itself. */
  publish(changes: readonly Change[]): Promise<void>
  /** Reports what others publish. After a time of silence it reports `{ kind: 'all' }` first. */
  watch(listener: (changes: readonly Change[]) => void): Watch
}
