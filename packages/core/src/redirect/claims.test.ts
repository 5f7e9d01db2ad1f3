// What visits use up, exactly, and what is recorded of them.
import { memory } from '@linkwright/storage-memory'
import { describe, expect, test } from 'vitest'
import { ALICE, createWorld, visitTo } from '../../test/world.ts'
import type { Storage } from '../storage.ts'

const HERE = 'https://example.com/landing'

describe('claims', () => {
  test('of 200 visits at once to a link of ten exactly ten pass', async () => {
    const { create, visit } = createWorld()
    await create({ customSlug: 'promo', maxClicks: 10 })
    const decisions = await Promise.all(Array.from({ length: 200 }, () => visit('/promo')))
    expect(decisions.filter((decision) => decision?.outcome === 'redirect')).toHaveLength(10)
    expect(decisions.filter((decision) => decision?.outcome === 'exhausted' && decision.url === null)).toHaveLength(190)
  })

  test('a HEAD takes nothing and is told no address', async () => {
    const { create, visit } = createWorld()
    await create({ customSlug: 'promo', maxClicks: 1 })
    for (let i = 0; i < 5; i++) {
      expect(await visit('/promo', { method: 'HEAD' })).toMatchObject({ outcome: 'redirect', url: null })
    }
    expect((await visit('/promo'))?.url).toBe(HERE)
    await create({ customSlug: 'free' })
    expect((await visit('/free', { method: 'HEAD' }))?.url).toBe(HERE)
  })

  test('a visit that is turned away takes nothing', async () => {
    const { create, visit, core } = createWorld()
    const link = await create({ customSlug: 'promo', maxClicks: 1 })
    await core.links.update(ALICE, link.id, { archived: true })
    expect((await visit('/promo'))?.outcome).toBe('archived')
    await core.links.update(ALICE, link.id, { archived: false })
    expect((await visit('/promo'))?.outcome).toBe('redirect')
    expect((await visit('/promo'))?.outcome).toBe('exhausted')
  })

  test('a limit that comes later counts the clicks so far', async () => {
    const { create, visit, core } = createWorld()
    const link = await create({ customSlug: 'promo' })
    for (let i = 0; i < 3; i++) await visit('/promo')
    await core.recorder.flush()
    await core.links.update(ALICE, link.id, { maxClicks: 4 })
    expect((await visit('/promo'))?.outcome).toBe('redirect')
    expect((await visit('/promo'))?.outcome).toBe('exhausted')
    await core.links.update(ALICE, link.id, { maxClicks: 5 })
    expect((await visit('/promo'))?.outcome).toBe('redirect')
  })
})

describe('what is recorded', () => {
  function recording() {
    const storage = memory()
    const { append } = storage.open.clicks
    const seen = { outcomes: [] as string[], orphans: [] as string[] }
    const clicks: Storage['open']['clicks'] = {
      ...storage.open.clicks,
      append(batch, orphans) {
        seen.outcomes.push(...batch.map(({ outcome, head }) => `${head ? 'HEAD ' : ''}${outcome}`))
        seen.orphans.push(...orphans.map(({ host, slug }) => `${host}/${slug}`))
        return append(batch, orphans)
      },
    }
    return { seen, ...createWorld({ storage: { ...storage, open: { ...storage.open, clicks } } }) }
  }

  test('every outcome on a link, once', async () => {
    const { seen, create, visit, core } = recording()
    const link = await create({ customSlug: 'promo', maxClicks: 1 })
    await visit('/promo', { method: 'HEAD' })
    await visit('/promo')
    await visit('/promo')
    await core.links.update(ALICE, link.id, { requireSignature: true })
    await visit('/promo')
    await core.links.update(ALICE, link.id, { disabled: true })
    await visit('/promo')
    await core.recorder.flush()
    expect(seen.outcomes).toEqual(['HEAD redirect', 'redirect', 'exhausted', 'signature_required', 'disabled'])
    expect((await core.links.get(ALICE, link.id)).clicks).toBe(1)
  })

  test('unknown slugs, sampled, where our own door answers', async () => {
    const { seen, visit, core } = recording()
    await visit('/nothing')
    await core.redirect.resolve(visitTo('/theirs'), false)
    await core.redirect.resolve(visitTo('/theirs'), false)
    for (let i = 0; i < 100; i++) await visit(`/scan${i}`)
    await core.recorder.flush()
    expect(seen.orphans).toHaveLength(60)
    expect(seen.orphans[0]).toBe('go.example.org/nothing')
    expect(seen.orphans).not.toContain('go.example.org/theirs')
    expect(seen.outcomes).toEqual([])
  })
})
