// Statistics, previews and signed addresses over REST.
import { beforeEach, describe, expect, test } from 'vitest'
import { operationsOf } from '../../test/operations.ts'
import { createWorld, type World } from '../../test/world.ts'

const TARGET = { destinationUrl: 'https://example.com/a' }
const US = { field: 'country', operator: 'equals', value: 'US', redirectUrl: 'https://example.com/us' }

let world: World
let call: ReturnType<typeof operationsOf>
beforeEach(async () => {
  world = await createWorld()
  call = operationsOf(world, (await world.user('ada@example.org')).token)
})
const newLink = async (more: object = {}) => (await call('createLink', undefined, { ...TARGET, ...more })).json

describe('visits', () => {
  test('are counted by what they were', async () => {
    const link = await newLink({ customSlug: 'promo' })
    const rule = (await call('createRule', link.id, { ...US, field: 'device', value: 'mobile' })).json
    for (const agent of ['mobile', 'desktop', 'desktop']) {
      await world.core.redirect.resolve({
        method: 'GET',
        host: 'go.example.org',
        path: '/promo',
        query: '',
        ip: '192.0.2.1',
        trusted: false,
        header: (name) => (name === 'user-agent' ? agent : undefined),
      })
    }
    await world.core.recorder.flush()
    const { json } = await call('getStats', link.id)
    expect(json).toMatchObject({
      clicks: 3,
      people: 3,
      bots: 0,
      byDay: [{ value: '2026-11-22', clicks: 3, people: 3 }],
    })
    expect(json.byDevice).toEqual([
      { value: 'desktop', clicks: 2, people: 2 },
      { value: 'mobile', clicks: 1, people: 1 },
    ])
    expect(json.byRule).toEqual([
      { value: null, clicks: 2, people: 2 },
      { value: rule.id, clicks: 1, people: 1 },
    ])
    expect((await call('getStats', link.id, undefined, '?to=2026-11-22T11:00:00Z')).json.clicks).toBe(0)
    for (const query of ['from=x', 'from=2026-11-23T00:00:00Z&to=2026-11-22T00:00:00Z', 'since=1']) {
      expect(await call('getStats', link.id, undefined, `?${query}`)).toMatchObject({ code: 'VALIDATION_ERROR' })
    }
  })

  test('can be imagined', async () => {
    const link = await newLink()
    const rule = (await call('createRule', link.id, US)).json
    const reply = await call('previewLink', link.id, { facts: { country: 'us' }, at: '2026-11-22T05:00:00Z' })
    expect(reply).toMatchObject({
      status: 200,
      json: {
        outcome: 'redirect',
        status: 302,
        url: US.redirectUrl,
        ruleId: rule.id,
        facts: { country: 'US', hour_utc: 5, device: null, returning: false },
        trace: [{ ruleId: rule.id, matched: true, reason: expect.any(String) }],
      },
    })
    expect((await call('previewLink', link.id, {})).json).toMatchObject({ url: TARGET.destinationUrl, ruleId: null })
    expect(await call('previewLink', link.id, { facts: { hour_utc: 24 } })).toMatchObject({ code: 'VALIDATION_ERROR' })
  })

  test('can be signed for', async () => {
    const link = await newLink({ customSlug: 'signed', requireSignature: true })
    const reply = await call('signLink', link.id, { expiresInSeconds: 60, once: true })
    expect(reply.status).toBe(200)
    expect(reply.json).toEqual({
      url: expect.stringMatching(
        /^https:\/\/go\.example\.org\/signed\?lw_exp=\d+&lw_kid=[\w-]+&lw_n=[\w-]+&lw_sig=[\w-]+$/,
      ),
      expiresAt: '2026-11-22T12:01:10.000Z',
      keyId: expect.any(String),
    })
    for (const expiresInSeconds of [0, 7_776_001, 1.5, '60', null]) {
      expect(await call('signLink', link.id, { expiresInSeconds })).toMatchObject({ code: 'VALIDATION_ERROR' })
    }
  })
})
