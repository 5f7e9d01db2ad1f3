// What domains ask of storage.
import type { MaybePromise } from '../clock.ts'
import type { Page, PageRequest } from '../page.ts'
import type { Domain } from './domain.ts'

/** Domains that the owner's plan subject has claimed: they serve all its projects. */
export interface DomainStore {
  get(id: string): Promise<Domain | undefined>
  list(page: PageRequest): Promise<Page<Domain>>
  /** @returns undefined if this plan subject has the host already */
  insert(domain: Omit<Domain, 'seq'>): Promise<Domain | undefined>
  /** @returns the domain, verified; `'taken'` if another plan subject has verified the host; undefined if it is not there */
  verify(id: string, at: number): Promise<Domain | 'taken' | undefined>
}

export interface OpenDomains {
  /** The verified domain of a host, as the redirect needs it. */
  byHost(host: string): MaybePromise<Pick<Domain, 'id' | 'host' | 'caseSensitive'> | undefined>
  /** By id alone: the command line's door. */
  get(id: string): Promise<Domain | undefined>
}
