// What each scope grants, and that nothing else does.
import { restContracts } from '@linkwright/http/rest'
import { afterAll, describe, expect, test } from 'vitest'
import { api } from './fixture/api.ts'
import { expectFailure } from './fixture/errors.ts'
import { createToken, createUser, SCOPES } from './fixture/people.ts'
import { startServer } from './fixture/server.ts'

const server = await startServer()
afterAll(() => server.stop())
const user = await createUser(server.env, 'premium')
const tokens = await Promise.all(SCOPES.map((scope) => createToken(server.env, user, [scope])))
const callers = new Map(SCOPES.map((scope, at) => [scope, api(server, tokens[at]!.token)]))

/** Every protected operation under the scope that its documentation names. */
const GRANTS = {
  'links:read': ['GET /links', 'GET /links/:id'],
  'links:write': ['POST /links', 'PATCH /links/:id', 'DELETE /links/:id', 'POST /links/:id/sign'],
  'rules:read': ['GET /links/:id/rules', 'POST /links/:id/preview'],
  'rules:write': ['POST /links/:id/rules', 'PUT /links/:id/rules/order', 'PATCH /rules/:id', 'DELETE /rules/:id'],
  'domains:read': ['GET /domains'],
  'analytics:read': ['GET /links/:id/stats'],
} as const
const OPEN_TO_ALL = ['GET /me']

const operations = Object.values(restContracts)
  .filter(({ auth }) => auth)
  .map(({ method, path }) => `${method} ${path}`)

test('every operation has its scope', () => {
  expect([...OPEN_TO_ALL, ...Object.values(GRANTS).flat()].sort()).toEqual(operations.toSorted())
})

describe.each(SCOPES)('%s', (scope) => {
  const caller = callers.get(scope)!

  test.each(operations)('%s', async (operation) => {
    const [method = '', path = ''] = operation.split(' ')
    const reply = await caller.call(method, path.replace(':id', 'nothing'), method === 'GET' ? undefined : {})
    const granted = OPEN_TO_ALL.includes(operation) || (GRANTS[scope] as readonly string[]).includes(operation)
    if (granted) expect(reply.status).not.toBe(403)
    else expectFailure(reply, 'INSUFFICIENT_SCOPE')
  })

  test('is the one scope that /me shows', async () => {
    expect((await caller.get('/me')).body.scopes).toEqual([scope])
  })
})

test('a token carries several scopes', async () => {
  const { token } = await createToken(server.env, user, ['domains:read', 'links:read'])
  const caller = api(server, token)
  expect((await caller.get('/me')).body.scopes).toEqual(['links:read', 'domains:read'])
  expect((await caller.get('/links')).status).toBe(200)
  expect((await caller.get('/domains')).status).toBe(200)
  expectFailure(await caller.post('/links', {}), 'INSUFFICIENT_SCOPE')
})
