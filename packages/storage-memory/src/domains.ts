// Domains: many plan subjects may claim a host, one may verify it.
import type { Domain, DomainStore, OpenDomains, Owner } from '@linkwright/core'
import { pageOf } from './page.ts'
import type { Space } from './space.ts'
import { keep, nextNumber, type Tables } from './tables.ts'

export function createDomainStore({ tables, write }: Space, owner: Owner): DomainStore {
  return {
    async get(id) {
      return find(tables, owner, id)
    },
    async list(page) {
      return pageOf(claimsOf(tables, owner), page)
    },
    insert: (row) =>
      write((draft) => {
        if (row.subject !== owner.subject || row.ownerId !== owner.id) {
          throw new TypeError('The domain names another owner')
        }
        if (claimsOf(draft, owner).some((domain) => domain.host === row.host)) return undefined
        if (draft.domains.get(row.id) !== undefined) throw new Error('A domain with this id is there')
        const domain = keep({ ...row, seq: nextNumber(draft, 'domains') })
        draft.domains.set(domain.id, domain)
        if (domain.verifiedAt !== null) draft.hosts.set(domain.host, domain.id)
        return domain
      }),
    verify: (id, at) =>
      write((draft) => {
        const domain = find(draft, owner, id)
        if (domain === undefined || domain.verifiedAt !== null) return domain
        if (draft.hosts.get(domain.host) !== undefined) return 'taken'
        const verified = keep({ ...domain, verifiedAt: at })
        draft.domains.set(id, verified)
        draft.hosts.set(verified.host, id)
        return verified
      }),
  }
}

export function createOpenDomains({ tables }: Space): OpenDomains {
  return {
    byHost(host) {
      const id = tables.hosts.get(host)
      return id === undefined ? undefined : tables.domains.get(id)
    },
    async get(id) {
      return tables.domains.get(id)
    },
  }
}

function find(tables: Tables, owner: Owner, id: string): Domain | undefined {
  const domain = tables.domains.get(id)
  return domain?.subject === owner.subject ? domain : undefined
}

function claimsOf(tables: Tables, owner: Owner): Domain[] {
  return [...tables.domains.values()].filter((domain) => domain.subject === owner.subject)
}
