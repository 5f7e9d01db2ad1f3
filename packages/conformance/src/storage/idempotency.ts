// Replies to idempotent calls: the first one saved is the one that stays.
import { IDEMPOTENCY_TTL_MS, type IdempotencyRecord } from '@linkwright/core'
import { expect } from 'vitest'
import type { Subject } from './subject.ts'
import { NOW, parallel } from './world.ts'

export const idempotency: Subject = (test) => {
  test('a reply is found under its scope and key', async ({ storage, id }) => {
    const { idempotency } = storage.open
    const reply = record({ scope: id(), key: '__proto__', body: '{"ünï":"🔑"}', sealed: true, status: 422 })
    expect(await idempotency.find(reply.scope, reply.key)).toBeUndefined()
    expect(await idempotency.save(reply)).toBe(true)
    expect(await idempotency.find(reply.scope, reply.key)).toEqual(reply)
    for (const [scope, key] of [
      [reply.scope, 'constructor'],
      [id(), reply.key],
      [reply.key, reply.scope],
    ] as const) {
      expect(await idempotency.find(scope, key)).toBeUndefined()
    }
  })

  test('a saved reply is not overwritten', async ({ storage, id }) => {
    const first = record({ scope: id() })
    expect(await storage.open.idempotency.save(first)).toBe(true)
    const late = { ...first, fingerprint: 'other', body: 'other', createdAt: NOW + 1 }
    expect(await storage.open.idempotency.save(late)).toBe(false)
    expect(await storage.open.idempotency.find(first.scope, first.key)).toEqual(first)
    expect(await storage.open.idempotency.save({ ...late, key: 'another' })).toBe(true)
    expect(await storage.open.idempotency.save({ ...late, scope: id() })).toBe(true)
  })

  test('a reply that has outlived its time makes way', async ({ storage, id }) => {
    const old = record({ scope: id() })
    await storage.open.idempotency.save(old)
    const fresh = { ...old, body: 'fresh', createdAt: NOW + IDEMPOTENCY_TTL_MS + 1 }
    expect(await storage.open.idempotency.save({ ...fresh, createdAt: NOW + IDEMPOTENCY_TTL_MS - 1 })).toBe(false)
    expect(await storage.open.idempotency.save(fresh)).toBe(true)
    expect(await storage.open.idempotency.find(old.scope, old.key)).toEqual(fresh)
  })

  test('of fifty saved at once the first wins', async ({ storage, id }) => {
    const scope = id()
    const saved = await parallel(50, (n) =>
      storage.transaction((storage) => storage.open.idempotency.save(record({ scope, body: `${n}` }))),
    )
    expect(saved.filter(Boolean)).toHaveLength(1)
    expect((await storage.open.idempotency.find(scope, 'key'))?.body).toBe(`${saved.indexOf(true)}`)
  })
}

function record(fields: Partial<IdempotencyRecord>): IdempotencyRecord {
  const reply = { key: 'key', fingerprint: 'fingerprint', status: 201, body: '{}', sealed: false, createdAt: NOW }
  return { scope: 'scope', ...reply, ...fields }
}
