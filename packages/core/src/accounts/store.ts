// What accounts ask of storage.
import type { Owner } from '../caller.ts'
import type { Page, PageRequest } from '../page.ts'
import type { Project, User } from './account.ts'

export interface Directory {
  user(id: string): Promise<User | undefined>
  users(page: PageRequest): Promise<Page<User>>
  /** @returns false if the address is taken; nothing is written then */
  insertUser(user: User): Promise<boolean>
  updateUser(id: string, patch: { readonly plan: string }): Promise<User | undefined>
  project(id: string): Promise<Project | undefined>
  /** The projects of a plan subject, oldest first. */
  projectsOf(subject: string): Promise<readonly Project[]>
  /** Writes the project unless it is there; what is there stays as it is. */
  ensureProject(project: Project): Promise<void>
}

/** All that is erased with an owner. */
export interface Estate {
  readonly projects: readonly Owner[]
  /** The plan subject, if it goes as well: a user, or what a host has named. */
  readonly subject: string | null
}

/** Rows by their kind. */
export type RowCounts = Readonly<Record<string, number>>

export interface EraseStore {
  /** The salts on file: only on their days (`2026-11-22`) can an address be told from a pseudonym. */
  salts(): Promise<readonly { readonly day: string; readonly salt: string }[]>
  /**
   * Takes a visitor out of unique visitors, and out of raw rows, which stay without one: counts are as they were.
   * @param day the start of the pseudonym's day (UTC, ms); null: wherever it stands
   * @returns raw rows, and days of links, from which the visitor was removed
   */
  visitor(pseudonym: string, day: number | null): Promise<{ readonly clicks: number; readonly visitors: number }>
  /** Rules and statistics that hang on links. */
  countOn(linkIds: readonly string[]): Promise<RowCounts>
  /** Counts raw clicks of links, whether these are still there or not, and removes them if told to. */
  clicks(linkIds: ReadonlySet<string>, remove: boolean): Promise<number>
  /** What an estate holds besides links. Domains that carry links of others are not of it. */
  countOf(estate: Estate): Promise<RowCounts>
  /** Removes tokens and signing keys: nobody acts for the estate from now on. */
  removeAccess(estate: Estate): Promise<RowCounts>
  /** Removes all the rest but links. @returns the hosts of its domains, too */
  removeRest(estate: Estate): Promise<{ readonly counts: RowCounts; readonly hosts: readonly string[] }>
}
