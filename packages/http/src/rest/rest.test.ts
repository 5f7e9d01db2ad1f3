// Who calls, which domains there are, and which scope each operation asks for.
import { PLANS, SCOPES } from '@linkwright/core'
import { beforeEach, describe, expect, test } from 'vitest'
import { operationsOf } from '../../test/operations.ts'
import { createWorld, type World } from '../../test/world.ts'
import { restContracts } from './index.ts'

let world: World
let call: ReturnType<typeof operationsOf>
let ada: Awaited<ReturnType<World['user']>>
let bob: Awaited<ReturnType<World['user']>>
beforeEach(async () => {
  world = await createWorld()
  ada = await world.user('ada@example.org')
  call = operationsOf(world, ada.token)
  bob = await world.user('bob@example.org')
})

describe('me', () => {
  test('tells who, with what rights and limits', async () => {
    const { token, tokenId, user } = await world.user('carla@example.org', ['rules:read', 'links:read'])
    world.state.plan = PLANS.growth
    expect((await world.call(token, 'GET', '/me')).json).toEqual({
      userId: `usr_${user.id}`,
      tokenId: `tok_${tokenId}`,
      scopes: ['links:read', 'rules:read'],
      plan: 'growth',
      limits: { apiRequestsPerMinute: 60, linksPerMonth: 500, routingRulesPerLink: 5 },
    })
  })
})

describe('domains', () => {
  test('are listed newest first', async () => {
    const first = await world.core.domains.add(ada.owner, 'a.example.com')
    await world.core.domains.verify(ada.owner, first.id)
    await world.core.domains.add(ada.owner, 'b.example.com')
    await world.core.domains.add(bob.owner, 'c.example.com')
    expect((await call('listDomains')).json).toMatchObject({
      data: [
        { host: 'b.example.com', verified: false },
        { id: `dom_${first.id}`, host: 'a.example.com', verified: true, createdAt: '2026-11-22T12:00:10.000Z' },
      ],
      pagination: { limit: 50, count: 2, nextCursor: null },
    })
    expect((await call('listDomains', undefined, undefined, '?limit=1')).json.pagination.nextCursor).not.toBeNull()
  })
})

test('each operation asks for the scope that it declares, and for no other', async () => {
  const tokens = new Map(
    await Promise.all(
      SCOPES.map(
        async (scope) => [scope, (await world.user(`${scope.replace(':', '-')}@example.org`, [scope])).token] as const,
      ),
    ),
  )
  for (const { method, path, scope, auth } of Object.values(restContracts)) {
    if (!auth) continue
    for (const [held, token] of tokens) {
      const { code } = await world.call(token, method, path.replace(':id', 'x'), method === 'GET' ? undefined : '{')
      const isRefused = code === 'INSUFFICIENT_SCOPE'
      expect([method, path, held, isRefused]).toEqual([method, path, held, scope !== null && scope !== held])
    }
  }
})
