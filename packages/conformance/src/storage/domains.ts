// Domains: claimed by any number of plan subjects, verified by one, served to all its projects.
import { expect } from 'vitest'
import type { Subject } from './subject.ts'
import { NOW, parallel } from './world.ts'

export const domains: Subject = (test) => {
  test('a domain comes back as it was inserted', async ({ storage, id, addOwner, domainRow }) => {
    const owner = await addOwner()
    const { domains } = storage.of(owner)
    for (const caseSensitive of [true, false]) {
      const row = domainRow(owner, { caseSensitive })
      const domain = await domains.insert(row)
      expect(domain).toEqual({ ...row, seq: domain?.seq })
      expect(domain?.seq).toBeGreaterThan(0)
      expect(await domains.get(row.id)).toEqual(domain)
      expect(await storage.open.domains.get(row.id)).toEqual(domain)
    }
    expect(await domains.get(id())).toBeUndefined()
    expect(await storage.open.domains.get(id())).toBeUndefined()
    expect(await domains.verify(id(), NOW)).toBeUndefined()
  })

  test('only a verified domain has its host', async ({ storage, addOwner, addDomain }) => {
    const owner = await addOwner()
    const domain = await addDomain(owner, { caseSensitive: false })
    expect(await storage.open.domains.byHost(domain.host)).toBeUndefined()
    const verified = { ...domain, verifiedAt: NOW + 1 }
    expect(await storage.of(owner).domains.verify(domain.id, NOW + 1)).toEqual(verified)
    expect(await storage.of(owner).domains.get(domain.id)).toEqual(verified)
    expect(await storage.open.domains.byHost(domain.host)).toMatchObject({
      id: domain.id,
      host: domain.host,
      caseSensitive: false,
    })
    for (const host of ['', '__proto__', 'constructor', `x${domain.host}`, 'localhost']) {
      expect(await storage.open.domains.byHost(host)).toBeUndefined()
    }
  })

  test('a plan subject claims a host once, in any of its projects', async ({
    storage,
    addOwner,
    addDomain,
    domainRow,
  }) => {
    const owner = await addOwner()
    const sibling = await addOwner(owner.subject)
    const { host, id } = await addDomain(owner)
    expect(await storage.of(owner).domains.insert(domainRow(owner, { host }))).toBeUndefined()
    expect(await storage.of(sibling).domains.insert(domainRow(sibling, { host }))).toBeUndefined()
    expect((await storage.of(sibling).domains.list({ limit: 10 })).items.map((domain) => domain.id)).toEqual([id])
    expect((await storage.of(sibling).domains.get(id))?.host).toBe(host)
    expect(await storage.of(sibling).domains.verify(id, NOW)).toMatchObject({ id, verifiedAt: NOW })
  })

  test('of twenty claims of one plan subject at once one is made', async ({ storage, addOwner, domainRow }) => {
    const owner = await addOwner()
    const { host } = domainRow(owner)
    const claims = await parallel(20, () => storage.of(owner).domains.insert(domainRow(owner, { host })))
    expect(claims.filter((domain) => domain !== undefined)).toHaveLength(1)
  })

  test('several plan subjects may claim a host, one may verify it', async ({ storage, addOwner, addDomain }) => {
    const owners = await parallel(10, () => addOwner())
    const { host } = await addDomain(owners[0]!)
    const rest = await Promise.all(owners.slice(1).map((owner) => addDomain(owner, { host })))
    const ids = [...(await storage.of(owners[0]!).domains.list({ limit: 1 })).items, ...rest].map(({ id }) => id)
    const answers = await parallel(10, (index) => storage.of(owners[index]!).domains.verify(ids[index]!, NOW))
    expect(answers.filter((answer) => answer === 'taken')).toHaveLength(9)
    const winner = answers.findIndex((answer) => answer !== 'taken')
    expect(answers[winner]).toMatchObject({ id: ids[winner], verifiedAt: NOW })
    expect(await storage.open.domains.byHost(host)).toMatchObject({ id: ids[winner] })
    const loser = (winner + 1) % 10
    expect((await storage.of(owners[loser]!).domains.get(ids[loser]!))?.verifiedAt).toBeNull()
    expect(await storage.of(owners[loser]!).domains.verify(ids[loser]!, NOW)).toBe('taken')
    expect(await storage.of(owners[winner]!).domains.verify(ids[winner]!, NOW)).toMatchObject({ id: ids[winner] })
  })
}
