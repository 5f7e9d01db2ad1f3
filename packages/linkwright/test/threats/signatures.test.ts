// A signed address is worth what its owner's key says, byte for byte, once or until its end, and nothing else.
//
// | threat | test |
// |---|---|
// | changed, moved, doubled, re-encoded, extended, replayed signatures; keys confused or made up | the link vectors |
// | a signature of another owner's key | foreign keys |
// | a single-use address used twice at once | single use |
// | a key that has ended | retired keys |
// | a link that opens unsigned for a moment after signatures are asked for | the switch |

import { randomBytes } from 'node:crypto'
import { createSeal } from '@linkwright/core'
import { hmacKey, signLink } from '@linkwright/core/signing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import vectors from '../../../core/vectors/signatures.json' with { type: 'json' }
import type { Link, Signed } from '../fixture/api.ts'
import { expectFailure } from '../fixture/errors.ts'
import { type Server, startServer } from '../fixture/server.ts'
import { expectRedirect, expectRefusal, JSON_ONLY, visit } from '../fixture/visit.ts'
import { type Crowd, type Member, openCrowd } from './crowd.ts'
import { steerClock } from './steered-clock.ts'

let server: Server
/** Another process on the same data, behind the origin that one of the vectors was made for. */
let local: Server
let crowd: Crowd
let alice: Member
let bob: Member
const TO = 'https://example.com/signed-for'
const NOW = 1_799_999_999
const SECRET = 'a secret that is long enough to seal the keys of these tests'
const clock = steerClock(NOW)
const { keys } = vectors.meta

beforeAll(async () => {
  server = await startServer({ ...clock.env, LINKWRIGHT_ORIGIN: 'https://sho.rt', LINKWRIGHT_SECRET: SECRET })
  local = await startServer({ ...server.env, LINKWRIGHT_ORIGIN: 'http://localhost:3000' })
  crowd = await openCrowd(server)
  alice = await crowd.member({ tokens: 2 })
  bob = await crowd.member()
  for (const [id, secret] of [
    ['retired', 'aa'.repeat(32)],
    ['k1', keys.k1],
    ['k2', keys.k2],
  ] as const)
    await plant(alice, id, secret)
  const fields = { requireSignature: true, destinationUrl: TO }
  for (const customSlug of ['promo', 'PROMO', 'other']) await alice.api.link({ ...fields, customSlug })
  await alice.api.link({ ...fields, customSlug: 'promo', domainId: await alice.domain('links.customer.example') })
  await bob.api.link({ ...fields, customSlug: 'bobs' })
})
afterAll(async () => {
  await crowd.close()
  await local.stop()
  await server.stop()
  clock.remove()
})

/** Gives an owner a key that the test knows. The last two planted are the active ones. */
async function plant({ owner }: Member, id: string, hex: string): Promise<void> {
  const secret = Buffer.from(hex, 'hex').toString('base64url')
  const sealed = createSeal(SECRET, randomBytes).seal(secret, `signing-key:${owner.id}:${id}`)
  await crowd.core.storage
    .of(owner)
    .keys.rotate({ id, ownerId: owner.id, sealed, createdAt: Date.now(), retiredAt: null })
}

/** Visits an address on whatever host it names. */
function follow(address: string, method = 'GET', at = server) {
  const [, host = '', path = ''] = /^https?:\/\/([^/]+)(.*)$/.exec(address)!
  return visit(at, path, { ...JSON_ONLY, Host: host }, method)
}

const rows = vectors.cases.filter(({ kind }) => kind === 'link').filter((row) => !row.input!.includes('/go/promo'))

test('all the link vectors are here, but for the one of a mount that a server of its own does not have', () => {
  expect(rows).toHaveLength(vectors.cases.filter(({ kind }) => kind === 'link').length - 1)
})

test.each(rows.map((row) => [row.id, row.why, row] as const))('%s: %s', async (_id, _why, row) => {
  clock.set(row.now!)
  const at = row.input!.startsWith('http://localhost:3000') ? local : server
  const head = await follow(row.input!, 'HEAD', at)
  const answer = await follow(row.input!, 'GET', at)
  const again = await follow(row.input!, 'GET', at)
  clock.set(NOW)
  if (row.expect.accept) {
    expectRedirect(answer, TO)
    if ('second' in row.expect) expectRefusal(again, 403, 'SIGNATURE_INVALID')
    else expectRedirect(again, TO)
    expect(head.status).toBe(302)
    return
  }
  expect(answer.headers.location ?? head.headers.location).toBeUndefined()
  expect(`${JSON.stringify(answer.headers)}${answer.text}`).not.toContain('signed-for')
  const { pathname, search } = new URL(row.input!)
  if (/^\/(?:promo|PROMO|other)$/.test(pathname) && !row.input!.includes('%70')) {
    expectRefusal(answer, 403, search.includes('lw_') ? 'SIGNATURE_INVALID' : 'SIGNATURE_REQUIRED')
  } else {
    expectRefusal(answer, 404, 'NOT_FOUND')
  }
})

test("another owner's key signs nothing of this one's, even under the same name", async () => {
  const forge = (path: string, hex: string, kid = 'k1') =>
    signLink({ origin: 'https://sho.rt', path, kid, key: hmacKey(Buffer.from(hex, 'hex')), exp: NOW + 60 })
  const evil = 'ee'.repeat(32)
  await plant(bob, 'k1', evil)
  await plant(bob, 'bobs-own', evil)
  expectRefusal(await follow(forge('/promo', evil)), 403, 'SIGNATURE_INVALID')
  expectRefusal(await follow(forge('/promo', evil, 'bobs-own')), 403, 'SIGNATURE_INVALID')
  expectRefusal(await follow(forge('/bobs', keys.k1)), 403, 'SIGNATURE_INVALID')
  expectRedirect(await follow(forge('/promo', keys.k1)), TO)
  await expect.poll(async () => (await follow(forge('/bobs', evil))).status).toBe(302)
})

test('names of object properties are keys of nobody', async () => {
  for (const kid of ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'retired', 'K1', 'k3']) {
    for (const key of [Buffer.alloc(32), Buffer.from(keys.k1, 'hex'), Buffer.from('aa'.repeat(32), 'hex')]) {
      const forged = signLink({ origin: 'https://sho.rt', path: '/promo', kid, key: hmacKey(key), exp: NOW + 60 })
      expectRefusal(await follow(forged), 403, 'SIGNATURE_INVALID')
    }
  }
})

test('a single-use address passes once, of 20 at the same time and in two processes; HEAD does not use it up', async () => {
  const link = await alice.api.link({ requireSignature: true, destinationUrl: TO })
  const sign = async () =>
    (await alice.api.post<Signed>(`/links/${link.id}/sign`, { expiresInSeconds: 60, once: true })).body.url
  const url = await sign()
  expect(url).toContain('&lw_n=')
  for (let i = 0; i < 3; i++) {
    const head = await follow(url, 'HEAD')
    expect([head.status, head.headers.location]).toEqual([302, undefined])
  }
  const answers = await Promise.all(Array.from({ length: 20 }, () => follow(url)))
  expect(answers.filter(({ status }) => status === 302)).toHaveLength(1)
  for (const answer of answers.filter(({ status }) => status !== 302)) expectRefusal(answer, 403, 'SIGNATURE_INVALID')
  // What is not signed does not make it another address.
  expectRefusal(await follow(`${url}&again=1`), 403, 'SIGNATURE_INVALID')
  expectRefusal(await follow(url.replace(/lw_n=[^&]+/, 'lw_n=fresh')), 403, 'SIGNATURE_INVALID')
  expectRefusal(await follow(url.replace(/&lw_n=[^&]+/, '')), 403, 'SIGNATURE_INVALID')
  expectRedirect(await follow(await sign()), TO)
})

test('an address ends at its second, not after it, and no lifetime out of range is signed', async () => {
  const link = await alice.api.link({ requireSignature: true, destinationUrl: TO })
  const path = `/links/${link.id}/sign`
  const { body } = await alice.api.post<Signed>(path, { expiresInSeconds: 1 })
  expect(Date.parse(body.expiresAt)).toBe((NOW + 1) * 1000)
  expectRedirect(await follow(body.url), TO)
  clock.set(NOW + 0.999)
  expectRedirect(await follow(body.url), TO)
  clock.set(NOW + 1)
  expectRefusal(await follow(body.url), 403, 'SIGNATURE_INVALID')
  clock.set(NOW)
  for (const expiresInSeconds of [0, -1, 1.5, 7_776_001, 1e21, '60', null, true, [60], {}]) {
    expectFailure(await alice.api.post(path, { expiresInSeconds }), 'VALIDATION_ERROR')
  }
  for (const once of [null, 1, 'true', 'yes', {}]) {
    expectFailure(await alice.api.post(path, { expiresInSeconds: 60, once }), 'VALIDATION_ERROR', 'once')
  }
})

test('a key that is ended signs and opens nothing any more, wherever it is cached', async () => {
  const link = await bob.api.link({ requireSignature: true, destinationUrl: TO })
  const { body } = await bob.api.post<Signed>(`/links/${link.id}/sign`, { expiresInSeconds: 60 })
  expectRedirect(await follow(body.url), TO)
  await crowd.core.keys.retire(bob.owner, body.keyId)
  await expect.poll(async () => (await follow(body.url)).status).toBe(403)
  const next = (await bob.api.post<Signed>(`/links/${link.id}/sign`, { expiresInSeconds: 60 })).body
  expect(next.keyId).not.toBe(body.keyId)
})

test('from the answer that asks for signatures on, not one visit passes without', async () => {
  const links: Link[] = []
  for (let i = 0; i < 5; i++) links.push(await alice.api.link({ destinationUrl: TO }))
  for (const { id, shortUrl } of links) {
    expectRedirect(await follow(shortUrl), TO)
    expect((await alice.api.patch(`/links/${id}`, { requireSignature: true })).status).toBe(200)
    const answers = await Promise.all(Array.from({ length: 100 }, () => follow(shortUrl)))
    for (const answer of answers) expectRefusal(answer, 403, 'SIGNATURE_REQUIRED')
    await alice.api.patch(`/links/${id}`, { requireSignature: false })
    expectRedirect(await follow(shortUrl), TO)
  }
})
