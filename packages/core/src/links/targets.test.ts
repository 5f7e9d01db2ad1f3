// Where links may lead: what is asked of the reputation service, and what leads back to us.
import { describe, expect, test } from 'vitest'
import { ALICE, BOB, codeOf, createWorld, POLICY } from '../../test/world.ts'

describe('screening', () => {
  test('asks about all targets once, and what is flagged is not written', async () => {
    const { create, screen, core } = createWorld()
    const url = 'https://example.com/a'
    await create({ destinationUrl: url, iosUrl: url, androidUrl: 'https://example.com/b' })
    expect(screen.asked).toEqual([['https://example.com/a', 'https://example.com/b']])
    screen.answer = 'flagged'
    expect(await codeOf(create({}))).toBe('URL_FLAGGED')
    expect((await core.links.list(ALICE, {}, { limit: 9 })).items).toHaveLength(1)
  })

  test('asks again on change only', async () => {
    const { create, screen, core } = createWorld()
    const link = await create({ iosUrl: 'https://example.com/ios' })
    screen.asked.length = 0
    screen.answer = 'flagged'
    await core.links.update(ALICE, link.id, { destinationUrl: link.destinationUrl, title: 'x', iosUrl: null })
    expect(screen.asked).toEqual([])
    expect(await codeOf(core.links.update(ALICE, link.id, { androidUrl: 'https://bad.com/' }))).toBe('URL_FLAGGED')
    expect(screen.asked).toEqual([['https://bad.com/']])
    expect((await core.links.get(ALICE, link.id)).androidUrl).toBeNull()
  })

  test('without an answer the link waits, and is asked about in the background', async () => {
    const { create, screen, core, visit } = createWorld()
    screen.answer = 'unknown'
    const link = await create({ customSlug: 'promo' })
    expect(link.screening).toBe('pending')
    expect(await core.rescreen()).toBe(0)
    expect((await visit('/promo'))?.outcome).toBe('redirect')
    screen.answer = 'flagged'
    expect(await core.rescreen()).toBe(1)
    expect((await core.links.get(ALICE, link.id)).screening).toBe('flagged')
    expect((await visit('/promo'))?.outcome).toBe('disabled')
    expect(await core.rescreen()).toBe(0)
  })

  test('or is refused, where the host says so', async () => {
    const { create, screen } = createWorld({ screening: { whenUnknown: 'refuse' } })
    screen.answer = 'unknown'
    expect(await codeOf(create({}))).toBe('UNAVAILABLE')
  })

  test('a flagged link comes back only with a good answer about all it leads to', async () => {
    const { create, screen, core, rule } = createWorld()
    screen.answer = 'unknown'
    const link = await create({})
    await rule(link.id, { field: 'country', operator: 'equals', value: 'DE', redirectUrl: 'https://bad.com/' })
    screen.answer = 'flagged'
    await core.rescreen()
    const update = (destinationUrl: string) => core.links.update(ALICE, link.id, { destinationUrl })
    screen.asked.length = 0
    expect(await codeOf(update('https://good.com/'))).toBe('URL_FLAGGED')
    expect(screen.asked).toEqual([['https://good.com/', 'https://bad.com/']])
    screen.answer = 'unknown'
    expect((await update('https://good.com/')).screening).toBe('flagged')
    screen.answer = 'clear'
    expect((await core.links.update(ALICE, link.id, { title: 'x' })).screening).toBe('flagged')
    expect((await update('https://good.com/')).screening).toBe('clear')
  })

  test('a change while it is under way is not covered by its answer', async () => {
    const { create, screen, core, storage, time } = createWorld()
    screen.answer = 'unknown'
    const link = await create({})
    const [waiting] = await storage.open.links.pendingScreening(1)
    time.now += 1
    await core.links.update(ALICE, link.id, { destinationUrl: 'https://new.com/' })
    expect(await storage.open.links.setScreening(link.id, waiting!.link.updatedAt, 'clear')).toBe(false)
    expect((await core.links.get(ALICE, link.id)).screening).toBe('pending')
  })
})

describe('loops and private hosts', () => {
  const loops = (url: string, world = createWorld()) => codeOf(world.create({ destinationUrl: url }))

  test.each([
    'https://go.example.org/promo',
    'http://go.example.org/promo?x#y',
    'https://GO.example.org./promo',
    'https://go.example.org:443/abc',
    'http://10.0.0.1/',
  ])('%s is refused', async (url) => {
    expect(await loops(url)).toBe('VALIDATION_ERROR')
  })

  test.each([
    'https://go.example.org/',
    'https://go.example.org/about/us',
    'https://go.example.org/ab',
    'https://go.example.org/api',
    'https://go.example.org/shop',
    'https://go.example.org/promo/',
    'https://go.example.org:8443/promo',
    'https://www.go.example.org/promo',
  ])('%s is no short link of ours', async (url) => {
    const { create } = createWorld()
    expect((await create({ destinationUrl: url })).destinationUrl).toBe(url)
  })

  test('under a prefix only what stands below it is ours', async () => {
    const world = createWorld({ policy: { ...POLICY, prefix: '/l' } })
    expect(await loops('https://go.example.org/l/promo', world)).toBe('VALIDATION_ERROR')
    expect((await world.create({ destinationUrl: 'https://go.example.org/promo' })).slug).toHaveLength(7)
    await world.domain('links.example.net')
    expect(await loops('https://links.example.net/promo', world)).toBe('VALIDATION_ERROR')
    expect((await world.create({ destinationUrl: 'https://links.example.net/l/promo' })).slug).toHaveLength(7)
  })

  test('a verified domain is ours, a claimed one is not yet', async () => {
    const world = createWorld()
    const { id } = await world.core.domains.add(BOB.owner, 'links.example.net')
    const link = await world.create({ destinationUrl: 'https://links.example.net/promo' })
    await world.core.domains.verify(BOB.owner, id)
    expect(await loops('https://links.example.net./promo', world)).toBe('VALIDATION_ERROR')
    const update = { destinationUrl: 'https://links.example.net/promo2' }
    expect(await codeOf(world.core.links.update(ALICE, link.id, update))).toBe('VALIDATION_ERROR')
    // The one made before does not lead there any more.
    expect((await world.visit(`/${link.slug}`))?.outcome).toBe('not_found')
  })

  test('a host may allow private targets, and still no loops', async () => {
    const world = createWorld({ policy: { ...POLICY, allowPrivateHosts: true } })
    expect((await world.create({ destinationUrl: 'http://intranet/wiki' })).destinationUrl).toBe('http://intranet/wiki')
    expect(await loops('https://go.example.org/promo', world)).toBe('VALIDATION_ERROR')
  })
})
