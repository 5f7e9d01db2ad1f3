// Changes that come in while another one is being screened: none is lost, and no target goes unasked.
import { expect, test } from 'vitest'
import { ALICE, createWorld } from '../../test/world.ts'
import { linkChange } from '../links/input.ts'
import { parse } from '../parse.ts'
import type { Reputation } from '../screening/screening.ts'

/** A world whose next screening waits to be let go. */
function createSlowWorld() {
  const gate = { wait: undefined as Promise<void> | undefined, answer: 'clear' as Reputation }
  const world = createWorld({
    screen: async () => {
      const { wait, answer } = gate
      gate.wait = undefined
      await wait
      return answer
    },
  })
  const hold = () => {
    let go = () => {}
    gate.wait = new Promise((resolve) => {
      go = resolve
    })
    return () => go()
  }
  return { ...world, gate, hold }
}

test('a change of the condition survives a change of the target that was begun before it', async () => {
  const { core, create, rule, hold } = createSlowWorld()
  const link = await create({})
  const to = { redirectUrl: 'https://example.com/us' }
  const { id } = await rule(link.id, { field: 'country', operator: 'equals', value: 'US', ...to })
  const go = hold()
  const target = core.rules.update(ALICE, id, { redirectUrl: 'https://example.com/new' })
  // The first change is waiting for its screening by now.
  await new Promise((resolve) => setImmediate(resolve))
  await core.rules.update(ALICE, id, { value: 'DE' })
  go()
  expect(await target).toMatchObject({ value: 'DE', redirectUrl: 'https://example.com/new' })
})

test('a target that came in unscreened meanwhile is not taken for clear', async () => {
  const { core, storage, create, rule, gate, hold, time } = createSlowWorld()
  gate.answer = 'unknown'
  const link = await create({})
  expect(link.screening).toBe('pending')
  gate.answer = 'clear'
  const go = hold()
  const change = core.links.update(ALICE, link.id, parse(linkChange, { destinationUrl: 'https://example.com/new' }))
  await new Promise((resolve) => setImmediate(resolve))
  gate.answer = 'unknown'
  time.now += 5
  await rule(link.id, { field: 'country', operator: 'equals', value: 'US', redirectUrl: 'https://example.com/us' })
  go()
  expect((await change).screening).toBe('pending')
  expect(await storage.open.links.pendingScreening(10)).toHaveLength(1)
})
