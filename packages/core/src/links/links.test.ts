// Links as callers meet them: what is judged in which order, what is counted, and what a slug belongs to.
import { describe, expect, test } from 'vitest'
import { ALICE, BOB, callerOf, codeOf, createWorld, failureOf, START } from '../../test/world.ts'
import { parse } from '../parse.ts'
import { PLANS } from '../plan.ts'
import type { LinkChange } from './input.ts'
import { linkChange, newLink } from './input.ts'

const DAY = 86_400_000
const growth = callerOf('alice', { plan: PLANS.growth })
const limited = (linksPerMonth: number) => callerOf('alice', { plan: { ...PLANS.premium, linksPerMonth } })
const change = (body: object): LinkChange => parse(linkChange, body)

test('a link as it is made', async () => {
  const { create } = createWorld()
  const link = await create({ destinationUrl: 'https://example.com/promo', title: 'Spring', customSlug: 'promo' })
  expect(link).toMatchObject({
    ownerId: ALICE.owner.id,
    slug: 'promo',
    domainId: null,
    domainHost: null,
    title: 'Spring',
    trustScore: 90,
    trustReason: '+30 HTTPS, +10 reputable TLD',
    screening: 'clear',
    maxClicks: null,
    clicks: 0,
    disabled: false,
    requireSignature: false,
    archivedAt: null,
    createdAt: START,
    updatedAt: START,
  })
})

describe('judged in order', () => {
  const wrong = { destinationUrl: 'http://10.0.0.1/', iosUrl: 'https://example.com/ios', domainId: 'nobody’s' }

  test('a wrong body, then the premium field, the domain, the slug, the screening, the month', async () => {
    const { create, screen, domain, core } = createWorld()
    const caller = callerOf('alice', { plan: { ...PLANS.growth, linksPerMonth: 1 } })
    await create({ customSlug: 'taken' }, caller)
    const claimed = await core.domains.add(ALICE.owner, 'later.example.net')
    await domain('links.example.net')
    screen.answer = 'flagged'
    screen.asked.length = 0
    const code = (body: object) => codeOf(create({ customSlug: 'taken', ...body }, caller))
    expect(await code(wrong)).toBe('VALIDATION_ERROR')
    expect(await code({ ...wrong, destinationUrl: 'https://example.com/' })).toBe('PLAN_REQUIRED')
    expect(await code({ domainId: 'nobody’s' })).toBe('DOMAIN_NOT_FOUND')
    expect(await code({ domainId: claimed.id })).toBe('DOMAIN_NOT_VERIFIED')
    expect(await code({})).toBe('SLUG_TAKEN')
    expect(screen.asked).toEqual([])
    expect(await code({ customSlug: 'free' })).toBe('URL_FLAGGED')
    screen.answer = 'clear'
    expect(await code({ customSlug: 'free' })).toBe('PLAN_LIMIT_EXCEEDED')
    // What was refused has left nothing behind.
    expect((await create({ customSlug: 'free' })).slug).toBe('free')
  })

  test('all that is wrong with the fields is told at once', async () => {
    const { create } = createWorld()
    const later = { startsAt: '2026-12-02T00:00:00Z', expiresAt: '2026-12-02T00:00:00Z' }
    const error = await failureOf(create({ ...wrong, ...later, customSlug: 'SHOP', androidUrl: 'http://[::1]/' }))
    expect(error.code).toBe('VALIDATION_ERROR')
    expect(error.details?.map(({ path }) => path)).toEqual(['destinationUrl', 'androidUrl', 'expiresAt', 'customSlug'])
    expect(await codeOf(create({ customSlug: 'SHOP' }))).toBe('INVALID_SLUG')
  })

  test('another’s domain is one that is not there, and a project of the same user shares it', async () => {
    const { create, domain } = createWorld()
    const own = await domain('links.example.net')
    expect(await codeOf(create({ domainId: own.id }, BOB))).toBe('DOMAIN_NOT_FOUND')
    const second = callerOf('alice', { owner: { id: 'project-2', subject: 'user-alice' } })
    expect(await create({ domainId: own.id }, second)).toMatchObject({ domainHost: 'links.example.net' })
  })
})

test('premium fields: null is always allowed, a value is not', async () => {
  const { create, core } = createWorld()
  const link = await create({ iosUrl: null, androidUrl: null }, growth)
  expect(await codeOf(create({ androidUrl: 'https://example.com/' }, growth))).toBe('PLAN_REQUIRED')
  expect(await codeOf(core.links.update(growth, link.id, { iosUrl: 'https://example.com/' }))).toBe('PLAN_REQUIRED')
  expect(await codeOf(core.links.update(growth, 'not there', { iosUrl: 'https://e.com/' }))).toBe('PLAN_REQUIRED')
  expect(await core.links.update(growth, link.id, { iosUrl: null })).toMatchObject({ iosUrl: null })
})

test('a schedule ends after it starts, also when only one end is given', async () => {
  const { create, core } = createWorld()
  const link = await create({ startsAt: '2026-12-01T00:00:00Z', expiresAt: '2026-12-02T00:00:00+02:00' })
  expect(link.expiresAt).toBe(Date.parse('2026-12-01T22:00:00Z'))
  const update = (body: object) => core.links.update(ALICE, link.id, change(body))
  expect(await codeOf(update({ startsAt: '2026-12-01T22:00:00Z' }))).toBe('VALIDATION_ERROR')
  expect(await codeOf(update({ expiresAt: '2026-11-30T00:00:00Z' }))).toBe('VALIDATION_ERROR')
  expect(await update({ expiresAt: null, startsAt: '2027-01-01T00:00:00Z' })).toMatchObject({ expiresAt: null })
})

describe('fields', () => {
  test.each<object>([
    { title: 'x'.repeat(121) },
    { title: 'a\0b' },
    { title: 5 },
    { maxClicks: 0 },
    { maxClicks: 1.5 },
    { maxClicks: '5' },
    { maxClicks: 2 ** 53 },
    { expiresAt: '2026-12-01' },
    { expiresAt: '2026-12-01T00:00:00' },
    { expiresAt: '2026-02-30T00:00:00Z' },
    { startsAt: 1_790_000_000_000 },
    { disabled: 'false' },
    { requireSignature: null },
    { archived: true },
    { ownerId: 'someone' },
    { trustScore: 100 },
    { clicks: 0 },
    { destinationUrl: null },
  ])('%j is refused', async (body) => {
    const input = { destinationUrl: 'https://example.com', ...body }
    expect(await codeOf(() => parse(newLink, input))).toBe('VALIDATION_ERROR')
  })

  test('a change takes neither slug nor domain', async () => {
    for (const body of [{ slug: 'x' }, { customSlug: 'abc' }, { domainId: null }]) {
      expect(await codeOf(() => parse(linkChange, body))).toBe('VALIDATION_ERROR')
    }
  })
})

describe('slugs', () => {
  test('two at once: one gets it, the other is told, and its place in the month is not taken', async () => {
    const { create, storage } = createWorld()
    const results = await Promise.allSettled([1, 2, 3].map(() => create({ customSlug: 'race' })))
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected'])
    for (const result of results) if (result.status === 'rejected') expect(result.reason.code).toBe('SLUG_TAKEN')
    expect(await storage.of(ALICE.owner).usage.read('links', '2026-11')).toBe(1)
  })

  test('are unique per domain, by case unless the domain ignores it', async () => {
    const { create, domain } = createWorld()
    const exact = await domain('exact.example.net')
    const loose = await domain('loose.example.net', ALICE.owner, false)
    await create({ customSlug: 'Promo' })
    await create({ customSlug: 'promo' })
    await create({ customSlug: 'Promo', domainId: exact.id })
    await create({ customSlug: 'promo', domainId: exact.id })
    expect((await create({ customSlug: 'Promo', domainId: loose.id })).slug).toBe('Promo')
    expect(await codeOf(create({ customSlug: 'pROMO', domainId: loose.id }))).toBe('SLUG_TAKEN')
  })

  test('a drawn slug that is taken is drawn again', async () => {
    let draw = 0
    const { create } = createWorld({ random: (bytes) => new Uint8Array(bytes).fill(Math.floor(draw++ / 2)) })
    const slugs = []
    for (let i = 0; i < 4; i++) slugs.push((await create({})).slug)
    expect(new Set(slugs).size).toBe(4)
  })

  test('when every draw is taken, it says so instead of trying for ever', async () => {
    const { create } = createWorld({ random: (bytes) => new Uint8Array(bytes), ids: counting() })
    await create({})
    expect(await codeOf(create({}))).toBe('SLUG_TAKEN')
  })

  test('a deleted one is the owner’s at once and others’ after 30 days', async () => {
    const { create, core, time } = createWorld()
    const link = await create({ customSlug: 'promo' })
    await core.links.delete(ALICE, link.id)
    const sibling = callerOf('alice', { owner: { id: 'project-2', subject: 'user-alice' } })
    time.now += 30 * DAY - 1
    expect(await codeOf(create({ customSlug: 'promo' }, BOB))).toBe('SLUG_TAKEN')
    const again = await create({ customSlug: 'promo' }, sibling)
    await core.links.delete(sibling, again.id)
    time.now += 30 * DAY
    expect((await create({ customSlug: 'promo' }, BOB)).slug).toBe('promo')
  })
})

describe('the month', () => {
  test('is exact, however parallel, and deleting gives nothing back', async () => {
    const { create, core } = createWorld()
    const caller = limited(5)
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => create({}, caller)))
    const made = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    expect(made).toHaveLength(5)
    await core.links.delete(caller, made[0]!.id)
    expect(await codeOf(create({}, caller))).toBe('PLAN_LIMIT_EXCEEDED')
  })

  test('turns at midnight UTC, and counts for all projects of one subject', async () => {
    const { create, time } = createWorld()
    time.now = Date.parse('2026-11-30T23:59:59.999Z')
    const other = { ...limited(1), owner: { id: 'project-2', subject: 'user-alice' } }
    await create({}, limited(1))
    expect(await codeOf(create({}, other))).toBe('PLAN_LIMIT_EXCEEDED')
    time.now += 1
    await create({}, other)
    expect(await codeOf(create({}, limited(1)))).toBe('PLAN_LIMIT_EXCEEDED')
  })
})

describe('another’s link', () => {
  test('is not there, whatever is asked', async () => {
    const { create, core } = createWorld()
    const link = await create({})
    for (const id of [link.id, '01J0000000000000000000000', '']) {
      expect(await codeOf(core.links.get(BOB, id))).toBe('NOT_FOUND')
      expect(await codeOf(core.links.update(BOB, id, { title: 'mine' }))).toBe('NOT_FOUND')
      expect(await codeOf(core.links.delete(BOB, id))).toBe('NOT_FOUND')
    }
    expect((await core.links.list(BOB, {}, { limit: 10 })).items).toEqual([])
    expect(await core.links.get(ALICE, link.id)).toEqual(link)
  })
})

describe('a change', () => {
  test('touches what it names, the score with the destination, and the time', async () => {
    const { create, core, time } = createWorld()
    const link = await create({ title: 'a', maxClicks: 3 })
    time.now += 5
    const changed = await core.links.update(
      ALICE,
      link.id,
      change({ destinationUrl: 'http://example.com', title: null }),
    )
    expect(changed).toEqual({
      ...link,
      destinationUrl: 'http://example.com/',
      title: null,
      trustScore: 40,
      trustReason: '-20 no HTTPS, +10 reputable TLD',
      updatedAt: START + 5,
    })
  })

  test('archives and brings back; archiving twice keeps the first time', async () => {
    const { create, core, time } = createWorld()
    const link = await create({})
    const archive = (archived: boolean) => core.links.update(ALICE, link.id, { archived })
    expect((await archive(true)).archivedAt).toBe(START)
    time.now += 5
    expect((await archive(true)).archivedAt).toBe(START)
    expect((await core.links.list(ALICE, {}, { limit: 9 })).items).toEqual([])
    expect((await core.links.list(ALICE, { includeArchived: true }, { limit: 9 })).items).toHaveLength(1)
    expect((await archive(false)).archivedAt).toBeNull()
    expect((await core.links.list(ALICE, {}, { limit: 9 })).items).toHaveLength(1)
  })
})

describe('lists', () => {
  test('newest first, in pages that inserts do not shift, each link with its host', async () => {
    const { create, core, domain } = createWorld()
    const { id } = await domain('links.example.net')
    const made = []
    for (let i = 0; i < 5; i++) made.push(await create(i % 2 ? { domainId: id } : {}))
    const first = await core.links.list(ALICE, {}, { limit: 2 })
    await create({})
    const second = await core.links.list(ALICE, {}, { limit: 3, after: first.next! })
    expect([...first.items, ...second.items]).toEqual(made.toReversed())
    expect(second.next).toBeNull()
  })
})

test('the reply of an idempotent call joins the transaction', async () => {
  const { core, storage, time } = createWorld()
  const record = { scope: 's', key: 'k', fingerprint: 'f', status: 201, body: '{}', sealed: false, createdAt: time.now }
  const link = await core.links.create(ALICE, { destinationUrl: 'https://example.com/' }, async (storage, made) => {
    await storage.open.idempotency.save({ ...record, body: made.slug })
  })
  expect(await storage.open.idempotency.find('s', 'k')).toMatchObject({ body: link.slug })
  const failing = core.links.create(
    ALICE,
    { destinationUrl: 'https://example.com/', customSlug: 'undone' },
    async () => {
      throw new Error('the twin was first')
    },
  )
  await expect(failing).rejects.toThrow('the twin was first')
  expect((await core.links.list(ALICE, {}, { limit: 9 })).items).toHaveLength(1)
  expect(await storage.of(ALICE.owner).usage.read('links', '2026-11')).toBe(1)
})

function counting(): () => string {
  let last = 0
  return () => String(++last).padStart(26, '0')
}
