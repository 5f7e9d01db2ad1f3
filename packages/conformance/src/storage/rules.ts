// Rules: reached through their link, their priorities from 1 without gaps whatever happens at once.
import type { Owner } from '@linkwright/core'
import { expect } from 'vitest'
import type { Subject } from './subject.ts'
import { NOW, parallel, type World } from './world.ts'

export const rules: Subject = (test) => {
  test('a rule comes back as it was appended', async (world) => {
    const owner = await world.addOwner()
    const link = await world.addLink(owner)
    const { rules } = world.storage.of(owner)
    const tree = {
      all: [{ field: 'device', operator: 'in', value: ['mobile', 'tablet'] }, { not: leaf('AT') }],
    } as const
    const rows = [
      world.ruleRow(link.id),
      world.ruleRow(link.id, { field: 'hour_utc', operator: 'between', value: [22, 6] }),
      world.ruleRow(link.id, { field: 'returning', operator: 'equals', value: true }),
      world.ruleRow(link.id, { field: 'referer_host', operator: 'matches', value: '^"quoted\\.', updatedAt: NOW + 1 }),
      world.ruleRow(link.id, { field: null, operator: null, value: null, conditions: tree }),
    ]
    const expected = rows.map((row, index) => ({ ...row, priority: index + 1 }))
    for (const [index, row] of rows.entries()) expect(await rules.append(row, 5)).toEqual(expected[index])
    expect(await rules.list(link.id)).toEqual(expected)
    for (const rule of expected) expect(await rules.get(rule.id)).toEqual(rule)
  })

  test('a rule that is not there is undefined', async ({ storage, id, addOwner, addLink, ruleRow }) => {
    const owner = await addOwner()
    const { rules } = storage.of(owner)
    expect(await rules.list((await addLink(owner)).id)).toEqual([])
    for (const missing of [id(), '', '__proto__']) {
      expect(await rules.get(missing)).toBeUndefined()
      expect(await rules.list(missing)).toBeUndefined()
      expect(await rules.append(ruleRow(missing), 10)).toBeUndefined()
      expect(await rules.update(missing, { updatedAt: NOW })).toBeUndefined()
      expect(await rules.delete(missing)).toBeUndefined()
      expect(await rules.reorder(missing, [], NOW)).toBeUndefined()
    }
  })

  test('a change sets what it names and no more', async ({ storage, addOwner, addLink, addRule }) => {
    const owner = await addOwner()
    const { rules } = storage.of(owner)
    const link = await addLink(owner)
    const [first, second] = [await addRule(owner, link.id), await addRule(owner, link.id)]
    const moved = { ...first, redirectUrl: 'https://example.org/', updatedAt: NOW + 1 }
    expect(await rules.update(first.id, { redirectUrl: moved.redirectUrl, updatedAt: moved.updatedAt })).toEqual(moved)
    const conditions = { any: [leaf('FR'), leaf('BE')] }
    const patch = { field: null, operator: null, value: null, conditions, updatedAt: NOW + 2 }
    expect(await rules.update(first.id, patch)).toEqual({ ...moved, ...patch })
    expect(await rules.list(link.id)).toEqual([{ ...moved, ...patch }, second])
  })

  test('deleting closes the gap', async (world) => {
    const { owner, linkId, ids } = await linkWithRules(world, 5)
    const { rules } = world.storage.of(owner)
    const second = await rules.get(ids[1]!)
    expect(await rules.delete(ids[1]!)).toEqual(second)
    expect(await rules.get(ids[1]!)).toBeUndefined()
    expect(await order(world, owner, linkId)).toEqual([ids[0], ids[2], ids[3], ids[4]])
    await rules.delete(ids[0]!)
    await rules.delete(ids[4]!)
    expect(await order(world, owner, linkId)).toEqual([ids[2], ids[3]])
    expect((await world.addRule(owner, linkId)).priority).toBe(3)
  })

  test('the order is set as a whole', async (world) => {
    const { owner, linkId, ids } = await linkWithRules(world, 4)
    const other = await linkWithRules(world, 2)
    const { rules } = world.storage.of(owner)
    const wanted = [ids[2]!, ids[0]!, ids[3]!, ids[1]!]
    const reordered = await rules.reorder(linkId, wanted, NOW + 1)
    expect(reordered).toEqual(await rules.list(linkId))
    expect(await order(world, owner, linkId)).toEqual(wanted)
    expect(await rules.reorder(linkId, ids.toReversed(), NOW + 1)).toHaveLength(4)
    expect(await order(world, owner, linkId)).toEqual(ids.toReversed())
    expect(await order(world, other.owner, other.linkId)).toEqual(other.ids)
  })

  test('an order that is not exactly of the rules changes nothing', async (world) => {
    const { owner, linkId, ids } = await linkWithRules(world, 3)
    const sibling = await world.addLink(owner)
    const foreign = await world.addRule(owner, sibling.id)
    const [a, b, c] = ids as [string, string, string]
    const before = await world.storage.of(owner).rules.list(linkId)
    for (const wrong of [[], [a, b], [a, b, b], [c, b, a, a], [a, b, foreign.id], [c, b, a, foreign.id], [a, b, '']]) {
      expect(await world.storage.of(owner).rules.reorder(linkId, wrong, NOW + 1)).toBe('mismatch')
    }
    expect(await world.storage.of(owner).rules.list(linkId)).toEqual(before)
    expect(await world.storage.of(owner).rules.reorder(sibling.id, [], NOW)).toBe('mismatch')
    expect((await world.storage.of(owner).rules.get(foreign.id))?.priority).toBe(1)
  })

  test('fifty appended at once are numbered without gaps, up to the cap', async (world) => {
    const owner = await world.addOwner()
    const [link, other] = [await world.addLink(owner), await world.addLink(owner)]
    await world.addRule(owner, other.id)
    const { rules } = world.storage.of(owner)
    const answers = await parallel(50, () => rules.append(world.ruleRow(link.id), 25))
    expect(answers.filter((answer) => answer === 'full')).toHaveLength(25)
    const list = (await rules.list(link.id)) ?? []
    expect(list.map(({ priority }) => priority)).toEqual(Array.from({ length: 25 }, (_, index) => index + 1))
    expect(answers.filter((answer) => typeof answer === 'object')).toEqual(expect.arrayContaining([...list]))
    expect(await rules.append(world.ruleRow(link.id), 0)).toBe('full')
  })

  test('appends and deletes at once leave no gap', async (world) => {
    const { owner, linkId, ids } = await linkWithRules(world, 10)
    const { rules } = world.storage.of(owner)
    await parallel(20, (n) =>
      world.storage.transaction<unknown>((storage) =>
        n % 2 === 0
          ? storage.of(owner).rules.append(world.ruleRow(linkId), 100)
          : storage.of(owner).rules.delete(ids[(n - 1) / 2]!),
      ),
    )
    expect(await order(world, owner, linkId)).toHaveLength(10)
    expect((await rules.list(linkId))?.some(({ id }) => ids.includes(id))).toBe(false)
  })
}

function leaf(country: string) {
  return { field: 'country', operator: 'equals', value: country } as const
}

async function linkWithRules(world: World, n: number) {
  const owner = await world.addOwner()
  const { id: linkId } = await world.addLink(owner)
  const ids: string[] = []
  for (let index = 0; index < n; index++) ids.push((await world.addRule(owner, linkId)).id)
  return { owner, linkId, ids }
}

/** The ids of a link's rules, having checked their priorities. */
async function order(world: World, owner: Owner, linkId: string): Promise<string[]> {
  const list = (await world.storage.of(owner).rules.list(linkId)) ?? []
  expect(list.map(({ priority }) => priority)).toEqual(list.map((_, index) => index + 1))
  return list.map(({ id }) => id)
}
