// What can be done with custom domains: claimed by many, verified by one.
import type { Caller, Owner } from '../caller.ts'
import type { Clock } from '../clock.ts'
import type { Commit } from '../commit.ts'
import { found, invalid } from '../errors.ts'
import type { Ids } from '../ids.ts'
import type { Page, PageRequest } from '../page.ts'
import type { Storage } from '../storage.ts'
import { type Domain, parseDomainHost } from './domain.ts'

export interface Domains {
  list(caller: Caller, page: PageRequest): Promise<Page<Domain>>
  /** Claims a host for the owner's plan subject. Claims do not exclude each other. */
  add(owner: Owner, host: string, options?: { readonly caseSensitive?: boolean }): Promise<Domain>
  /** Marks a claimed host as proven; from then on it serves this plan subject's links and nobody else's. */
  verify(owner: Owner, id: string): Promise<Domain>
}

export interface DomainsPorts {
  readonly storage: Storage
  readonly commit: Commit
  readonly clock: Clock
  readonly ids: Ids
  /** The host of links without a domain: never a custom domain. */
  readonly originHost: string
}

export function createDomains({ storage, commit, clock, ids, originHost }: DomainsPorts): Domains {
  return {
    list: (caller, page) => storage.of(caller.owner).domains.list(page),

    async add(owner, text, options = {}) {
      const host = parseDomainHost(text)
      if (host === null) throw invalid('host', 'must be a public host name such as go.example.com')
      if (host === originHost) throw invalid('host', "is the service's own host")
      const domain = await storage.of(owner).domains.insert({
        id: ids(),
        ownerId: owner.id,
        subject: owner.subject,
        host,
        caseSensitive: options.caseSensitive ?? true,
        verifiedAt: null,
        createdAt: clock(),
      })
      if (domain === undefined) throw invalid('host', 'has been added already')
      return domain
    },

    async verify(owner, id) {
      return commit(async (storage, changed) => {
        const domain = found(await storage.of(owner).domains.verify(id, clock()))
        if (domain === 'taken') throw invalid('host', 'has been verified by another account')
        await changed({ kind: 'domain', host: domain.host })
        return domain
      })
    },
  }
}
