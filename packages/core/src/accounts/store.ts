// What accounts ask of storage.
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
