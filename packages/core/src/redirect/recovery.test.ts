// What redirects do when something around them was lost: a key's secret, or the list of what changed.
import { expect, test } from 'vitest'
import { ALICE, createWorld, START } from '../../test/world.ts'

test('a key that does not open takes nothing down: links signed by the others still pass', async () => {
  const { core, storage, create, visit } = createWorld()
  const { keys } = storage.of(ALICE.owner)
  await create({ customSlug: 'promo', requireSignature: true })
  const lost = { id: 'lost', ownerId: ALICE.owner.id, sealed: 's1_lost', createdAt: START, retiredAt: null }
  await keys.rotate(lost)
  await core.keys.rotate(ALICE.owner)
  const { url } = await core.keys.sign(ALICE, core.shortUrl('promo', null), 60, false)
  const { pathname, search } = new URL(url)
  expect(await visit(pathname + search)).toMatchObject({ outcome: 'redirect' })
  const forged = search.replace(/lw_kid=[^&]+/, 'lw_kid=lost')
  expect(await visit(pathname + forged)).toMatchObject({ outcome: 'signature_invalid' })
})

test('when it cannot be told what changed, everything is read anew', async () => {
  const { core, storage, create, visit } = createWorld()
  const { id } = await create({ customSlug: 'promo' })
  await visit('/promo')
  // Behind the service's back, as another process would.
  await storage.of(ALICE.owner).links.update(id, { disabled: true })
  expect(await visit('/promo')).toMatchObject({ outcome: 'redirect' })
  core.redirect.drop([{ kind: 'all' }])
  expect(await visit('/promo')).toMatchObject({ outcome: 'disabled' })
})
