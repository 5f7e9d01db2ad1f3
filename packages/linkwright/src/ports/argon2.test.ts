// Hashes, verification, and the bounded queue before them.
import { describe, expect, it } from 'vitest'
import { argon2id } from './argon2.ts'

const outcomes = async (work: readonly Promise<unknown>[]) =>
  (await Promise.allSettled(work)).map((each) =>
    each.status === 'fulfilled' ? 'done' : (each.reason as { code?: string }).code,
  )

describe('argon2id', () => {
  it('verifies what it hashed, and nothing else', async () => {
    const { hash, verify } = argon2id()
    const hashed = await hash('correct horse')
    expect(hashed).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(await verify(hashed, 'correct horse')).toBe(true)
    expect(await verify(hashed, 'correct hors')).toBe(false)
    expect(await hash('correct horse')).not.toBe(hashed)
  })

  it('verifies a hash made elsewhere with other costs', async () => {
    // The vector for "password" with the salt "somesalt" (two passes, 64 MiB) of the reference implementation.
    const hash = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'
    expect(await argon2id().verify(hash, 'password')).toBe(true)
    expect(await argon2id().verify(hash, 'differentpassword')).toBe(false)
  })

  it.each([
    '',
    'plain',
    '$argon2id$',
    '$argon2id$v=19$m=19456,t=2,p=1$',
    '$argon2id$v=19$m=19456,t=2,p=1$!!!!$????',
    '$argon2id$v=19$m=0,t=0,p=0$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
    '$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy',
  ])('takes %j for no hash', async (hash) => {
    expect(await argon2id().verify(hash, 'plain')).toBe(false)
  })

  it('turns away what comes when the queue is full, and only that', async () => {
    const { hash } = argon2id({ running: 1, waiting: 2 })
    expect(await outcomes(['a', 'b', 'c', 'd', 'e'].map(hash))).toEqual([
      'done',
      'done',
      'done',
      'UNAVAILABLE',
      'UNAVAILABLE',
    ])
    expect(await outcomes(['f', 'g', 'h'].map(hash))).toEqual(['done', 'done', 'done'])
  })

  it('gives its place free when verifying fails', async () => {
    const { hash, verify } = argon2id({ running: 1, waiting: 0 })
    expect(await verify('$argon2id$broken', 'x')).toBe(false)
    const hashed = await hash('x')
    expect(await verify(hashed, 'x')).toBe(true)
    expect(await outcomes([verify(hashed, 'x'), verify(hashed, 'x')])).toEqual(['done', 'UNAVAILABLE'])
  })
})
