// Signing keys: one made when it is needed, two active at most, and a retired one is out at once.
import { describe, expect, test } from 'vitest'
import { ALICE, BOB, codeOf, createWorld, START } from '../../test/world.ts'

async function signedWorld() {
  const world = createWorld()
  const link = await world.create({ customSlug: 'promo', requireSignature: true })
  const sign = async (seconds = 60, once = false, slug = 'promo', host: string | null = null) =>
    world.core.keys.sign(ALICE, world.core.shortUrl(slug, host), seconds, once)
  const outcome = async (url: string, more = {}) => {
    const { host, pathname, search } = new URL(url)
    return (await world.visit(`${pathname}${search}`, { host, ...more }))?.outcome
  }
  return { ...world, link, sign, outcome }
}

test('the first signature makes the first key, once, however parallel', async () => {
  const { core, sign } = await signedWorld()
  const signed = await Promise.all([sign(), sign(), sign()])
  expect(new Set(signed.map(({ keyId }) => keyId)).size).toBe(1)
  expect(await core.keys.list(ALICE.owner)).toHaveLength(1)
  expect(signed[0]!.expiresAt).toBe(START + 60_000)
  expect(signed[0]!.url).toMatch(/^https:\/\/go\.example\.org\/promo\?lw_exp=\d+&lw_kid=[\w-]{8}&lw_sig=[\w-]{43}$/)
})

test('what is listed holds no secret', async () => {
  const { core, sign } = await signedWorld()
  await sign()
  expect(Object.keys((await core.keys.list(ALICE.owner))[0]!).sort()).toEqual([
    'createdAt',
    'id',
    'ownerId',
    'retiredAt',
  ])
  expect(await core.keys.list(BOB.owner)).toEqual([])
})

describe('a signed link', () => {
  test('passes until it ends, on the host and path it was made for', async () => {
    const { sign, outcome, time, create } = await signedWorld()
    await create({ customSlug: 'other', requireSignature: true })
    const { url } = await sign()
    expect(await outcome('https://go.example.org/promo')).toBe('signature_required')
    expect(await outcome(url)).toBe('redirect')
    expect(await outcome(`${url}&utm=x`)).toBe('redirect')
    expect(await outcome(url.replace('/promo', '/other'))).toBe('signature_invalid')
    expect(await outcome(`${url.slice(0, -2)}xx`)).toBe('signature_invalid')
    time.now += 59_999
    expect(await outcome(url)).toBe('redirect')
    time.now += 1
    expect(await outcome(url)).toBe('signature_invalid')
  })

  test('of a custom domain passes there alone', async () => {
    const { sign, outcome, domain, create } = await signedWorld()
    const { id } = await domain('links.example.net')
    await create({ customSlug: 'promo', domainId: id, requireSignature: true })
    const { url } = await sign(60, false, 'promo', 'links.example.net')
    expect(await outcome(url)).toBe('redirect')
    expect(await outcome(url.replace('links.example.net', 'go.example.org'))).toBe('signature_invalid')
  })

  test('signed by another’s key does not pass', async () => {
    const { core, outcome } = await signedWorld()
    const { url } = await core.keys.sign(BOB, core.shortUrl('promo', null), 60, false)
    expect(await outcome(url)).toBe('signature_invalid')
  })

  test('toggling the need for a signature is seen at once', async () => {
    const { core, link, outcome } = await signedWorld()
    const bare = 'https://go.example.org/promo'
    for (let i = 0; i < 5; i++) {
      await core.links.update(ALICE, link.id, { requireSignature: false })
      expect(await outcome(bare)).toBe('redirect')
      await core.links.update(ALICE, link.id, { requireSignature: true })
      expect(await outcome(bare)).toBe('signature_required')
    }
  })
})

describe('rotation', () => {
  test('keeps the key before and ends the one before that, also for cached links', async () => {
    const { core, sign, outcome } = await signedWorld()
    const first = await sign()
    expect(await outcome(first.url)).toBe('redirect')
    await core.keys.rotate(ALICE.owner)
    const second = await sign()
    expect(second.keyId).not.toBe(first.keyId)
    expect([await outcome(first.url), await outcome(second.url)]).toEqual(['redirect', 'redirect'])
    await core.keys.rotate(ALICE.owner)
    expect([await outcome(first.url), await outcome(second.url)]).toEqual(['signature_invalid', 'redirect'])
    expect((await core.keys.list(ALICE.owner)).filter(({ retiredAt }) => retiredAt === null)).toHaveLength(2)
  })

  test('retiring ends a key at once, and the next signature has another', async () => {
    const { core, sign, outcome } = await signedWorld()
    const first = await sign()
    expect(await outcome(first.url)).toBe('redirect')
    expect(await codeOf(core.keys.retire(BOB.owner, first.keyId))).toBe('NOT_FOUND')
    expect(await outcome(first.url)).toBe('redirect')
    expect((await core.keys.retire(ALICE.owner, first.keyId)).retiredAt).toBe(START)
    expect(await outcome(first.url)).toBe('signature_invalid')
    expect((await sign()).keyId).not.toBe(first.keyId)
  })
})

describe('a single-use link', () => {
  test('passes once, however parallel', async () => {
    const { sign, outcome } = await signedWorld()
    const { url } = await sign(60, true)
    expect(url).toMatch(/&lw_n=[\w-]{16}&lw_sig=/)
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => outcome(url)))
    expect(outcomes.filter((each) => each === 'redirect')).toHaveLength(1)
    expect(outcomes.filter((each) => each === 'signature_invalid')).toHaveLength(49)
  })

  test('a replay costs none of the link’s clicks, and a HEAD nothing at all', async () => {
    const { core, link, sign, outcome } = await signedWorld()
    await core.links.update(ALICE, link.id, { maxClicks: 2 })
    const [a, b, c] = [await sign(60, true), await sign(60, true), await sign(60, true)]
    expect(await outcome(a.url, { method: 'HEAD' })).toBe('redirect')
    expect(await outcome(a.url)).toBe('redirect')
    for (let i = 0; i < 5; i++) expect(await outcome(a.url)).toBe('signature_invalid')
    expect(await outcome(b.url)).toBe('redirect')
    expect(await outcome(c.url)).toBe('exhausted')
  })
})

test('a key id is no option on a command line: it never begins with a dash', async () => {
  const draws = [Buffer.alloc(6, 0xf8), Buffer.alloc(6, 1)]
  const random = (bytes: number) => (bytes === 6 ? (draws.shift() ?? Buffer.alloc(6, 2)) : Buffer.alloc(bytes, 3))
  const { core } = createWorld({ random })
  expect((await core.keys.rotate(ALICE.owner)).id).toBe('AQEBAQEB')
})
