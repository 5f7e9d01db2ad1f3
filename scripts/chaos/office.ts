// Users with tokens, made in this process before the servers start: hundreds at once, where commands would take minutes.
import { linkwright } from '../../packages/linkwright/src/index.ts'
import { postgres } from '../../packages/storage-sql/src/postgres/index.ts'
import { sqlite } from '../../packages/storage-sql/src/sqlite/index.ts'
import type { Where } from './database.ts'
import { HOST } from './requests.ts'

type PlanName = 'growth' | 'premium'

export interface Person {
  readonly id: string
  readonly tokens: readonly string[]
}

export interface Wish {
  readonly plan: PlanName
  readonly tokens: number
  /** Links that are used up already this month. */
  readonly used?: number
}

const SCOPES = ['links:read', 'links:write', 'rules:read', 'rules:write', 'domains:read', 'analytics:read'] as const

let people = 0

/** Migrates, and makes one user for each wish. */
export async function hire(where: Where, secret: string, wishes: readonly Wish[]): Promise<Person[]> {
  const storage = where.engine === 'sqlite' ? sqlite(where.path) : postgres(where.url)
  const links = linkwright({ origin: `http://${HOST}`, storage, secret, spool: false })
  try {
    await links.migrate()
    const { core } = links
    const hired: Person[] = []
    for (const { plan, tokens, used } of wishes) {
      const { id } = await core.accounts.create({ email: `person-${++people}@example.com`, plan })
      const owner = await core.accounts.ownerOf(id)
      const minted: string[] = []
      for (let n = 0; n < tokens; n++) {
        minted.push((await core.tokens.issue(owner, id, { name: `t${n}`, scopes: SCOPES })).text)
      }
      if (used !== undefined) {
        await storage.of(owner).usage.set('links', new Date().toISOString().slice(0, 7), used)
      }
      hired.push({ id, tokens: minted })
    }
    return hired
  } finally {
    await links.close()
  }
}
