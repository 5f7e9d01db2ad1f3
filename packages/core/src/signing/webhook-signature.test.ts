// Webhook signatures against the published vectors, and verifiers that never throw.

import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { signStandard, signWebhookBody, verifyStandard, verifyWebhookBody } from './webhook-signature.ts'

interface Row {
  id: string
  kind: string
  secret: string
  body: string
  input: string
  msgId?: string
  timestamp?: number
  /** Seconds. */
  now?: number
  why: string
  expect: { accept: boolean }
}
const file = new URL('../../vectors/signatures.json', import.meta.url)
const { meta, cases }: { meta: { count: number }; cases: Row[] } = JSON.parse(readFileSync(file, 'utf8'))
const seed = cases.filter((row) => row.kind === 'webhook-seed')
const standard = cases.filter((row) => row.kind === 'webhook-standard')

describe('vectors', () => {
  test('every row of the file is of a kind that is checked', () => {
    expect(cases).toHaveLength(meta.count)
    expect(seed.length + standard.length + cases.filter((row) => row.kind === 'link').length).toBe(meta.count)
    expect(Math.min(seed.length, standard.length)).toBeGreaterThan(10)
  })

  test.each(seed.map((row) => [row.id, row.why, row] as const))(
    '%s %s',
    (_id, _why, { secret, body, input, expect: { accept } }) => {
      expect(verifyWebhookBody(secret, body, input)).toBe(accept)
      expect(verifyWebhookBody(secret, Buffer.from(body), input)).toBe(accept)
      if (accept) expect(signWebhookBody(secret, body)).toBe(input)
    },
  )

  test.each(standard.map((row) => [row.id, row.why, row] as const))('%s %s', (_id, _why, row) => {
    const { secret, body, input, msgId: id = '', timestamp = 0, now = 0 } = row
    const message = { id, timestamp, body, secret }
    const received = { ...message, header: input, now: now * 1000 }
    expect(verifyStandard(received)).toBe(row.expect.accept)
    expect(verifyStandard({ ...received, timestamp: String(timestamp), body: Buffer.from(body) })).toBe(
      row.expect.accept,
    )
    if (row.expect.accept) expect(input.split(' ')).toContain(signStandard(message))
  })
})

const anything = fc.oneof(fc.anything(), fc.string({ unit: 'binary' }))

describe('the plain form', () => {
  test('what is signed verifies, for this secret and body only', () => {
    const secret = fc.string({ unit: 'grapheme', minLength: 1 })
    const body = fc.oneof(fc.string({ unit: 'grapheme' }), fc.uint8Array())
    fc.assert(
      fc.property(secret, body, (own, text) => {
        const header = signWebhookBody(own, text)
        expect(header).toMatch(/^sha256=[0-9a-f]{64}$/)
        expect(verifyWebhookBody(own, text, header)).toBe(true)
        expect(verifyWebhookBody(`${own}x`, text, header)).toBe(false)
        expect(verifyWebhookBody(own, Buffer.concat([Buffer.from(text), Buffer.from(' ')]), header)).toBe(false)
      }),
    )
  })

  test('an empty secret never signs and never verifies', () => {
    expect(() => signWebhookBody('', 'body')).toThrow(RangeError)
    expect(verifyWebhookBody('', 'body', 'sha256=')).toBe(false)
  })

  test('no header, secret or body throws', () => {
    fc.assert(
      fc.property(anything, anything, anything, (secret, body, header) => {
        expect(verifyWebhookBody(secret as string, body as string, header as string)).toBe(false)
      }),
    )
  })
})

describe('Standard Webhooks', () => {
  const secret = `whsec_${Buffer.alloc(24, 1).toString('base64')}`
  const next = `whsec_${Buffer.alloc(64, 2).toString('base64')}`
  const message = { id: 'msg_1', timestamp: 1_800_000_000, body: '{}', secret }
  const received = { ...message, header: signStandard(message), now: 1_800_000_000_000 }

  test('the example of the specification’s library: a known secret, id, time and payload', () => {
    expect(
      signStandard({
        id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
        timestamp: 1614265330,
        body: '{"test": 2432232314}',
        secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      }),
    ).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
  })

  test('during a rotation both sides may hold two secrets', () => {
    const both = signStandard({ ...message, secret: [next, secret] })
    expect(both.split(' ')).toHaveLength(2)
    for (const own of [secret, next, [next], [`whsec_${'A'.repeat(32)}`, secret]]) {
      expect(verifyStandard({ ...received, header: both, secret: own })).toBe(true)
    }
    expect(verifyStandard({ ...received, secret: [] })).toBe(false)
    expect(verifyStandard({ ...received, secret: next })).toBe(false)
  })

  test('the tolerance counts whole seconds both ways and can be changed', () => {
    const at = (seconds: number, toleranceSeconds = 300) =>
      verifyStandard({ ...received, now: received.now + seconds * 1000, toleranceSeconds })
    expect([at(300.999), at(301), at(-300), at(-300.001)]).toEqual([true, false, true, false])
    expect([at(5, 5), at(6, 5), at(Number.NaN)]).toEqual([true, false, false])
  })

  test.each([
    '',
    'whsec_',
    secret.slice(6),
    `whsec_${Buffer.alloc(23).toString('base64')}`,
    `whsec_${Buffer.alloc(65).toString('base64')}`,
    'whsec_****',
  ])('the secret %j never signs and never verifies', (own) => {
    expect(() => signStandard({ ...message, secret: own })).toThrow(TypeError)
    expect(verifyStandard({ ...received, secret: own })).toBe(false)
  })

  test.each([
    { id: '' },
    { id: 'msg.1' },
    { id: 'a b' },
    { timestamp: 1.5 },
    { timestamp: '018' },
    { timestamp: -1 },
    { secret: [] },
  ])('%j is not signed', (part) => {
    expect(() => signStandard({ ...message, ...part })).toThrow(TypeError)
  })

  test('a full stop cannot move from the body into the id or the time', () => {
    const header = signStandard({ ...message, body: '5.{}' })
    expect(verifyStandard({ ...received, header, id: 'msg_1.1800000000', timestamp: 5, body: '{}', now: 5000 })).toBe(
      false,
    )
  })

  test('no message throws', () => {
    const field = fc.constantFrom('id', 'timestamp', 'body', 'secret', 'header', 'now')
    const value = fc.oneof(anything, fc.anything({ withNullPrototype: true, withBigInt: true, withTypedArray: true }))
    fc.assert(
      fc.property(field, value, (name, other) => {
        expect(verifyStandard({ ...received, [name]: other })).toBe(false)
      }),
      { numRuns: 1000 },
    )
  })
})
