// Limits on clicks, held against clicks that are still waiting to be counted.
import { expect, test } from 'vitest'
import { ALICE, createWorld } from '../../test/world.ts'
import { linkChange } from '../links/input.ts'
import { parse } from '../parse.ts'

test('a first limit counts the clicks that were made a moment ago', async () => {
  const { core, create, visit } = createWorld()
  const { id } = await create({ customSlug: 'promo' })
  for (let n = 0; n < 3; n++) await visit('/promo')
  await core.links.update(ALICE, id, parse(linkChange, { maxClicks: 4 }))
  const outcomes = [await visit('/promo'), await visit('/promo')].map((decision) => decision?.outcome)
  expect(outcomes).toEqual(['redirect', 'exhausted'])
})

test('a limit that is taken away and set again remembers what it gave', async () => {
  const { core, create, visit } = createWorld()
  const { id } = await create({ customSlug: 'promo', maxClicks: 2 })
  for (let n = 0; n < 2; n++) await visit('/promo')
  await core.links.update(ALICE, id, parse(linkChange, { maxClicks: null }))
  await core.links.update(ALICE, id, parse(linkChange, { maxClicks: 2 }))
  expect((await visit('/promo'))?.outcome).toBe('exhausted')
})

test('the preview knows a limit as soon as it is reached', async () => {
  const { core, create, visit } = createWorld()
  const { id } = await create({ customSlug: 'promo', maxClicks: 1 })
  expect((await core.preview(ALICE, id, {})).outcome).toBe('redirect')
  await visit('/promo')
  expect((await core.preview(ALICE, id, {})).outcome).toBe('exhausted')
})
