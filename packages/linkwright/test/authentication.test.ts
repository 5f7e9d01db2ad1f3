// Who may call: bearer tokens to the letter, and the moment from which they are refused.
import { restContracts } from '@linkwright/http/rest'
import { afterAll, describe, expect, test } from 'vitest'
import { api } from './fixture/api.ts'
import { expectWithin } from './fixture/clock.ts'
import { cliJson } from './fixture/command.ts'
import { everythingStored } from './fixture/database.ts'
import { expectFailure } from './fixture/errors.ts'
import { createPerson, createToken, type Token } from './fixture/people.ts'
import { startServer } from './fixture/server.ts'
import { send } from './fixture/wire.ts'

const server = await startServer()
afterAll(() => server.stop())
const person = await createPerson(server, 'premium')
const token = person.api.token!
const anonymous = api(server)

const protectedOnes = Object.values(restContracts).filter(({ auth }) => auth)

test('the contract has every documented endpoint', () => {
  expect(Object.values(restContracts).map(({ method, path }) => `${method} ${path}`)).toEqual(
    expect.arrayContaining([
      'GET /me',
      'GET /links',
      'POST /links',
      'GET /links/:id',
      'PATCH /links/:id',
      'DELETE /links/:id',
      'GET /links/:id/rules',
      'POST /links/:id/rules',
      'DELETE /rules/:id',
      'GET /domains',
      'PATCH /rules/:id',
      'PUT /links/:id/rules/order',
      'POST /links/:id/sign',
      'POST /links/:id/preview',
      'GET /links/:id/stats',
      'GET /openapi.json',
    ]),
  )
})

test.each(protectedOnes)('$method $path without Authorization is 401 UNAUTHENTICATED', async ({ method, path }) => {
  expectFailure(await anonymous.call(method, path.replace(':id', 'anything')), 'UNAUTHENTICATED')
})

const altered = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`
test.each([
  ['a token of another service', 'Bearer snipt_pk_8c2f'],
  ['Bearer alone', 'Bearer'],
  ['Bearer and an empty token', 'Bearer '],
  ['two spaces', `Bearer  ${token}`],
  ['a tab instead of the space', `Bearer\t${token}`],
  ['no space', `Bearer${token}`],
  ['something after the token', `Bearer ${token} x`],
  ['the scheme in small letters', `bearer ${token}`],
  ['another scheme', `Token ${token}`],
  ['Basic', `Basic ${Buffer.from(`user:${token}`).toString('base64')}`],
  ['the bare token', token],
  ['a wrong checksum', `Bearer ${altered}`],
  ['a token cut short', `Bearer ${token.slice(0, -1)}`],
  ['the token in quotes', `Bearer "${token}"`],
  ['the prefix in capitals', `Bearer LW_PK_${token.slice(6)}`],
  ['a very long token', `Bearer lw_pk_${'a'.repeat(4000)}`],
])('%s is 401 INVALID_TOKEN', async (_, Authorization) => {
  expectFailure(await anonymous.call('GET', '/me', undefined, { Authorization }), 'INVALID_TOKEN')
})

test('two Authorization headers are 401 INVALID_TOKEN', async () => {
  const Authorization = [`Bearer ${token}`, `Bearer ${altered}`]
  expectFailure(await anonymous.call('GET', '/me', undefined, { Authorization }), 'INVALID_TOKEN')
})

describe('below the base path', () => {
  test.each(['/nothing', '/', '', '/links/', '//links', '/me/x', '/links/a/b', '/api/v1/me', '/LINKS'])(
    'unknown path "%s" is 401 without a token and 404 with one',
    async (path) => {
      expectFailure(await anonymous.get(path), 'UNAUTHENTICATED')
      expectFailure(await person.api.get(path), 'NOT_FOUND')
    },
  )

  test.each([
    ['PUT', '/links', 'GET, POST'],
    ['DELETE', '/me', 'GET'],
    ['POST', '/domains', 'GET'],
    ['POST', '/links/lnk_x', 'DELETE, GET, PATCH'],
    ['GET', '/rules/rul_x', 'DELETE, PATCH'],
    ['GET', '/links/lnk_x/sign', 'POST'],
  ])('%s %s is 401 without a token and 405 with one, which says what is allowed', async (method, path, allow) => {
    expectFailure(await anonymous.call(method, path), 'UNAUTHENTICATED')
    const refused = await person.api.call(method, path)
    expectFailure(refused, 'METHOD_NOT_ALLOWED')
    expect(refused.headers.allow).toBe(allow)
  })

  test('a path beside it is not the API', async () => {
    expect((await send(server.port, { path: '/api/v10/me' })).status).toBe(404)
    expect((await send(server.port, { path: '/api' })).status).toBe(404)
  })
})

test('a token is shown once and stored as a hash only', async () => {
  await person.api.get('/me')
  expect(token).toMatch(/^lw_pk_[0-9A-Za-z]{49}$/)
  const stored = await everythingStored(server.env)
  expect(stored.filter((bytes) => bytes.includes(token.slice(12)))).toEqual([])
  // The same search does find what is stored in the clear.
  expect(stored.filter((bytes) => bytes.includes(token.slice(0, 12)))).not.toEqual([])
  const { data } = await cliJson<{ data: object[] }>(['token', 'list', '--user', person.id], server.env)
  expect(data).toEqual([expect.objectContaining({ id: person.tokenId, prefix: token.slice(0, 12) })])
  expect(JSON.stringify(data)).not.toContain(token.slice(12))
})

test('a token revoked on the command line is refused by the very next request', async () => {
  const minted = await createToken(server.env, person.id)
  const caller = api(server, minted.token)
  expect((await caller.get('/me')).status).toBe(200)
  const revoked = await cliJson(['token', 'revoke', minted.id], server.env)
  expectFailure(await caller.get('/me'), 'INVALID_TOKEN')
  expect(revoked).toMatchObject({ id: minted.id, revokedAt: expect.stringMatching(/Z$/) })
  expect((await person.api.get('/me')).status).toBe(200)
})

test('an expired token is refused', async () => {
  const args = ['token', 'create', '--user', person.id, '--scopes', 'links:read', '--expires-in', '2']
  const minted = await cliJson<Token & { expiresAt: string }>(args, server.env)
  const status = async () => (await api(server, minted.token).get('/me')).status
  await expectWithin(4000, status).toBe(401)
  expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(minted.expiresAt))
  expectFailure(await api(server, minted.token).get('/me'), 'INVALID_TOKEN')
})

test('credentials of two kinds do not help each other: a cookie is nobody here', async () => {
  expectFailure(await anonymous.call('GET', '/me', undefined, { Cookie: `lw_session=${token}` }), 'UNAUTHENTICATED')
})

test('when a token was last used is noted, off the request path', async () => {
  const read = async () => {
    const { data } = await cliJson<{ data: (Token & { lastUsedAt: string | null })[] }>(
      ['token', 'list', '--user', person.id],
      server.env,
    )
    return data.find(({ id }) => id === person.tokenId)?.lastUsedAt
  }
  await person.api.get('/me')
  await expect.poll(read, { timeout: 10_000, interval: 500 }).toMatch(/Z$/)
})
