// Idempotency keys over the REST contract, with two cores on one storage as two processes.
import { IDEMPOTENCY_TTL_MS, LinkwrightError, PLANS, type Storage } from '@linkwright/core'
import { memory } from '@linkwright/storage-memory'
import { beforeEach, describe, expect, test } from 'vitest'
import { createWorld, type World } from '../test/world.ts'

const BODY = { destinationUrl: 'https://example.com/a' }
const KEY = { 'idempotency-key': 'k1' }

let storage: Storage
let world: World
let token: string
beforeEach(async () => {
  storage = memory()
  world = await createWorld({ storage })
  token = (await world.user('ada@example.org')).token
})

const post = (
  body: object = BODY,
  headers: Record<string, string | readonly string[]> = KEY,
  path = '/links',
  at = world,
) => at.call(token, 'POST', path, body, headers)
const count = async () => (await world.call(token, 'GET', '/links')).json.data.length

describe('a key', () => {
  test('replays the answer, and does the work once', async () => {
    const first = await post()
    expect(first.headers.has('idempotent-replayed')).toBe(false)
    const again = await post()
    expect(again).toMatchObject({ status: 201, text: first.text })
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    expect(await count()).toBe(1)
    expect((await post(BODY, {})).json.id).not.toBe(first.json.id)
  })

  test('counts per body, path, method and credential', async () => {
    const { json } = await post()
    expect(await post({ ...BODY, title: 'x' })).toMatchObject({ status: 409, code: 'IDEMPOTENCY_MISMATCH' })
    expect(await post({ expiresInSeconds: 5 }, KEY, `/links/${json.id}/sign`)).toMatchObject({ status: 200 })
    const bob = await world.user('bob@example.org')
    expect((await world.call(bob.token, 'POST', '/links', BODY, KEY)).json.id).not.toBe(json.id)
  })

  test('is forgotten after a day', async () => {
    const first = await post()
    world.state.now += IDEMPOTENCY_TTL_MS
    expect((await post()).json.id).toBe(first.json.id)
    world.state.now += 1
    expect((await post()).json.id).not.toBe(first.json.id)
  })

  test.each([[['']], [['x'.repeat(256)]], [['é']], [['a\tb']], [['a', 'b']]])('%j is refused', async (keys) => {
    expect(await post(BODY, { 'idempotency-key': keys })).toMatchObject({ status: 400, code: 'VALIDATION_ERROR' })
    expect(await count()).toBe(0)
  })

  test('of 255 characters is taken, and matters to POST alone', async () => {
    const { json } = await post(BODY, { 'idempotency-key': 'x'.repeat(255) })
    const patch = (title: string) => world.call(token, 'PATCH', `/links/${json.id}`, { title }, KEY)
    expect((await patch('a')).json.title).toBe('a')
    expect((await patch('b')).json.title).toBe('b')
  })

  test('still counts to the rate when it replays', async () => {
    const rest = async () => /r=(\d+)/.exec((await post()).headers.get('ratelimit')!)![1]
    expect([await rest(), await rest()]).toEqual(['299', '298'])
  })
})

describe('twins', () => {
  test('in one process: one works, the others are told to wait', async () => {
    const replies = await Promise.all(Array.from({ length: 10 }, () => post()))
    const statuses = replies.map(({ status }) => status).sort()
    expect(statuses).toEqual([201, ...Array(9).fill(409)])
    expect(replies.find(({ status }) => status === 409)).toMatchObject({ code: 'IDEMPOTENCY_IN_PROGRESS' })
    expect(await count()).toBe(1)
  })

  test('with different bodies are a mistake while in flight too', async () => {
    const replies = await Promise.all([post(), post({ ...BODY, title: 'x' })])
    expect(replies.map(({ code }) => code)).toEqual([undefined, 'IDEMPOTENCY_MISMATCH'])
  })

  test('in two processes: both get the one answer', async () => {
    const other = await createWorld({ storage })
    for (let round = 0; round < 20; round++) {
      const key = { 'idempotency-key': `round ${round}` }
      const replies = await Promise.all([post(BODY, key), post(BODY, key, '/links', other)])
      expect(replies.map(({ status }) => status)).toEqual([201, 201])
      expect(new Set(replies.map(({ text }) => text)).size).toBe(1)
      expect(replies.filter(({ headers }) => headers.has('idempotent-replayed'))).toHaveLength(1)
    }
    expect(await count()).toBe(20)
  })

  test('in two processes that want one slug: the loser gets the winner’s answer, not SLUG_TAKEN', async () => {
    const other = await createWorld({ storage })
    const body = { ...BODY, customSlug: 'promo' }
    const replies = await Promise.all([post(body), post(body, KEY, '/links', other)])
    expect(replies.map(({ status }) => status)).toEqual([201, 201])
    expect(replies[0]!.text).toBe(replies[1]!.text)
  })

  test('in two processes with different bodies: one is a mismatch, and its work is undone', async () => {
    const other = await createWorld({ storage })
    const replies = await Promise.all([post(), post({ ...BODY, title: 'x' }, KEY, '/links', other)])
    expect(replies.map(({ code }) => code).sort()).toEqual(['IDEMPOTENCY_MISMATCH', undefined])
    expect(await count()).toBe(1)
  })
})

describe('failures', () => {
  test('that are answers are replayed', async () => {
    const gone = '/links/lnk_01KRBQM7N0V9Z3X8W2Y6T4S5R1/sign'
    expect(await post({ expiresInSeconds: 5 }, KEY, gone)).toMatchObject({ status: 404 })
    expect((await post({ expiresInSeconds: 5 }, KEY, gone)).headers.get('idempotent-replayed')).toBe('true')

    await post({ ...BODY, customSlug: 'promo' }, {})
    const taken = { 'idempotency-key': 'taken' }
    expect(await post({ ...BODY, customSlug: 'promo' }, taken)).toMatchObject({ status: 409, code: 'SLUG_TAKEN' })
    expect((await post({ ...BODY, customSlug: 'promo' }, taken)).headers.get('idempotent-replayed')).toBe('true')

    const flagged = { 'idempotency-key': 'flagged' }
    world.state.reputation = 'flagged'
    expect(await post(BODY, flagged)).toMatchObject({ status: 422 })
    world.state.reputation = 'clear'
    expect(await post(BODY, flagged)).toMatchObject({ status: 422, code: 'URL_FLAGGED' })

    const capped = { 'idempotency-key': 'capped' }
    world.state.plan = { ...PLANS.premium, linksPerMonth: 0 }
    expect(await post(BODY, capped)).toMatchObject({ status: 429 })
    world.state.plan = PLANS.premium
    expect(await post(BODY, capped)).toMatchObject({ status: 429, code: 'PLAN_LIMIT_EXCEEDED' })
  })

  test('that are not are tried again', async () => {
    world.state.plan = PLANS.growth
    const premium = { ...BODY, iosUrl: 'https://example.com/ios' }
    expect(await post({ title: 'x' })).toMatchObject({ status: 400 })
    // This one fails inside the work, not at the door.
    const schedule = { startsAt: '2027-01-02T00:00:00Z', expiresAt: '2027-01-01T00:00:00Z' }
    expect(await post({ ...BODY, ...schedule })).toMatchObject({ status: 400 })
    expect(await post(premium)).toMatchObject({ status: 403 })
    world.state.plan = { ...PLANS.premium, requestsPerMinute: 2 }
    expect(await post(premium)).toMatchObject({ status: 429, code: 'RATE_LIMITED' })
    world.state.plan = PLANS.premium
    expect(await post(premium)).toMatchObject({ status: 201 })
  })

  test('of what is away are tried again too, and are in the log', async () => {
    let isAway = true
    const cause = new Error('disk')
    world = await createWorld({
      storage: {
        ...storage,
        transaction: (work) => {
          if (isAway) throw new LinkwrightError('UNAVAILABLE', undefined, undefined, { cause })
          return storage.transaction(work)
        },
      },
    })
    const reply = await post()
    expect(reply).toMatchObject({ status: 503, code: 'UNAVAILABLE' })
    expect(reply.headers.get('retry-after')).toBe('5')
    expect(world.log).toMatchObject([{ level: 'warn', context: { requestId: reply.headers.get('x-request-id') } }])
    isAway = false
    expect(await post()).toMatchObject({ status: 201 })
  })

  test('of the storage leave nothing claimed and nothing done', async () => {
    let isBroken = true
    const failing: Storage = {
      ...storage,
      transaction: (work) =>
        storage.transaction(async (inner) => {
          const value = await work(inner)
          if (isBroken) throw new Error('The process ends before the commit')
          return value
        }),
    }
    world = await createWorld({ storage: failing })
    expect(await post({ ...BODY, customSlug: 'promo' })).toMatchObject({ status: 500, code: 'INTERNAL' })
    isBroken = false
    const reply = await post({ ...BODY, customSlug: 'promo' })
    expect(reply).toMatchObject({ status: 201 })
    expect(reply.headers.has('idempotent-replayed')).toBe(false)
  })
})

test('a reply with a secret is kept sealed, and replayed open', async () => {
  const saved: string[] = []
  const { idempotency } = storage.open
  const watched: Storage = {
    ...storage,
    open: {
      ...storage.open,
      idempotency: {
        find: idempotency.find,
        save: (record) => {
          saved.push(record.body)
          return idempotency.save(record)
        },
      },
    },
  }
  world = await createWorld({ storage: watched })
  const { json } = await post(BODY, {})
  const first = await post({ expiresInSeconds: 60 }, KEY, `/links/${json.id}/sign`)
  const again = await post({ expiresInSeconds: 60 }, KEY, `/links/${json.id}/sign`)
  expect(again).toMatchObject({ status: 200, text: first.text })
  expect(again.headers.get('idempotent-replayed')).toBe('true')
  expect(saved).toHaveLength(1)
  expect(saved[0]).not.toContain('lw_sig')
})
