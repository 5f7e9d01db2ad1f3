// A link: what is kept of it, and the rules that hold for its fields whoever sends them.

export interface Link {
  readonly id: string
  /** The number that contracts with integer ids show. */
  readonly seq: number
  readonly ownerId: string
  readonly domainId: string | null
  readonly slug: string
  readonly destinationUrl: string
  readonly title: string | null
  readonly iosUrl: string | null
  readonly androidUrl: string | null
  readonly requireSignature: boolean
  /** 0–100, from a base of 50; `trustReason` lists the signed parts that add up to it. */
  readonly trustScore: number
  readonly trustReason: string
  /** `pending` while the reputation service has not answered; such a link is screened again in the background. */
  readonly screening: 'clear' | 'pending' | 'flagged'
  /** Redirects at most this often, exactly. */
  readonly maxClicks: number | null
  /** Clicks counted so far (bots and prefetches included), at most 2 s behind. */
  readonly clicks: number
  readonly startsAt: number | null
  readonly expiresAt: number | null
  readonly disabled: boolean
  readonly archivedAt: number | null
  readonly createdAt: number
  readonly updatedAt: number
}

/** What a new link row is made of; the store numbers it. */
export type LinkRow = Omit<Link, 'seq' | 'clicks'>

/** The columns that a change may set. */
export type LinkPatch = Partial<
  Pick<
    Link,
    | 'destinationUrl'
    | 'title'
    | 'iosUrl'
    | 'androidUrl'
    | 'requireSignature'
    | 'trustScore'
    | 'trustReason'
    | 'screening'
    | 'maxClicks'
    | 'startsAt'
    | 'expiresAt'
    | 'disabled'
    | 'archivedAt'
    | 'updatedAt'
  >
>

export interface LinkFilter {
  readonly includeArchived?: boolean | undefined
}
