// What an operator may do with users; each comes with a first project of its own.
import type { Owner } from '../caller.ts'
import type { Clock } from '../clock.ts'
import { found, invalid } from '../errors.ts'
import type { Ids } from '../ids.ts'
import type { Page, PageRequest } from '../page.ts'
import type { Plans } from '../plan.ts'
import type { Storage } from '../storage.ts'
import type { User } from './account.ts'

export interface Accounts {
  create(input: { readonly email: string; readonly plan: string }): Promise<User>
  list(page: PageRequest): Promise<Page<User>>
  setPlan(id: string, plan: string): Promise<User>
  /** The user's first project. */
  ownerOf(userId: string): Promise<Owner>
  /** Makes sure that an owner named by a host has its row. */
  ensure(owner: Owner): Promise<void>
}

export interface AccountsPorts {
  readonly storage: Storage
  readonly clock: Clock
  readonly ids: Ids
  readonly plans: Plans
}

const EMAIL = /^[^\s@<>"',;:\\()[\]]{1,64}@[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+$/

/** Owners that are known to have their row; asked again after so many others. */
const OWNERS = 10_000

export function createAccounts({ storage, clock, ids, plans }: AccountsPorts): Accounts {
  const known = new Set<string>()
  return {
    async create({ email, plan }) {
      const address = email.trim().toLowerCase()
      if (address.length > 254 || !EMAIL.test(address)) throw invalid('email', 'must be an e-mail address')
      checkPlan(plans, plan)
      const user: User = { id: ids(), email: address, plan, createdAt: clock() }
      return storage.transaction(async (storage) => {
        if (!(await storage.directory.insertUser(user))) throw invalid('email', 'belongs to a user already')
        const project = { id: ids(), subject: user.id, name: 'Default', createdAt: user.createdAt }
        await storage.directory.ensureProject(project)
        return user
      })
    },

    list: (page) => storage.directory.users(page),

    async setPlan(id, plan) {
      checkPlan(plans, plan)
      return found(await storage.directory.updateUser(id, { plan }))
    },

    async ownerOf(userId) {
      found(await storage.directory.user(userId))
      const [project] = await storage.directory.projectsOf(userId)
      return { id: found(project).id, subject: userId }
    },

    async ensure({ id, subject }) {
      if (known.has(id)) return
      await storage.directory.ensureProject({ id, subject, name: id, createdAt: clock() })
      if (known.size >= OWNERS) known.clear()
      known.add(id)
    },
  }
}

function checkPlan(plans: Plans, plan: string): void {
  if (!Object.hasOwn(plans, plan)) throw invalid('plan', `must be one of ${Object.keys(plans).join(', ')}`)
}
