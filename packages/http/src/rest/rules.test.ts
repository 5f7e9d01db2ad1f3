// Routing rules over REST.
import { PLANS } from '@linkwright/core'
import { beforeEach, describe, expect, test } from 'vitest'
import { operationsOf } from '../../test/operations.ts'
import { createWorld, type World } from '../../test/world.ts'

const TARGET = { destinationUrl: 'https://example.com/a' }
const US = { field: 'country', operator: 'equals', value: 'US', redirectUrl: 'https://example.com/us' }

let world: World
let call: ReturnType<typeof operationsOf>
let bob: Awaited<ReturnType<World['user']>>
beforeEach(async () => {
  world = await createWorld()
  call = operationsOf(world, (await world.user('ada@example.org')).token)
  bob = await world.user('bob@example.org')
})
const newLink = async (more: object = {}) => (await call('createLink', undefined, { ...TARGET, ...more })).json

describe('rules', () => {
  test('are added, listed, changed, ordered and deleted', async () => {
    const link = await newLink()
    const created = await call('createRule', link.id, US)
    expect(created).toMatchObject({
      status: 201,
      json: { ...US, id: expect.stringMatching(/^rul_/), linkId: link.id, conditions: null, priority: 1 },
    })
    const tree = { all: [{ field: 'device', operator: 'equals', value: 'mobile' }] }
    const second = (await call('createRule', link.id, { conditions: tree, redirectUrl: US.redirectUrl })).json
    expect(second).toMatchObject({ field: null, operator: null, value: null, conditions: tree, priority: 2 })
    const order = await call('orderRules', link.id, { ruleIds: [second.id, created.json.id] })
    expect(order.json.data.map(({ id }: { id: string }) => id)).toEqual([second.id, created.json.id])
    expect((await call('listRules', link.id)).json).toEqual(order.json)
    const changed = await call('updateRule', second.id, { redirectUrl: 'https://example.com/m' })
    expect(changed).toMatchObject({ status: 200, json: { redirectUrl: 'https://example.com/m', conditions: tree } })
    expect((await call('deleteRule', second.id)).status).toBe(204)
    expect((await call('listRules', link.id)).json.data).toMatchObject([{ id: created.json.id, priority: 1 }])
  })

  test('are judged by code', async () => {
    const link = await newLink()
    const code = async (body: object) => (await call('createRule', link.id, body)).code
    expect(await code({ ...US, value: 'USA' })).toBe('INVALID_RULE')
    expect(await code({ ...US, redirectUrl: 'x' })).toBe('INVALID_RULE')
    expect(await code({ ...US, value: undefined })).toBe('VALIDATION_ERROR')
    expect(await code({ ...US, more: 1 })).toBe('VALIDATION_ERROR')
    const rule = (await call('createRule', link.id, US)).json
    for (const ruleIds of [[], [rule.id, rule.id], ['x'], [rule.id.slice(4)]]) {
      expect(await call('orderRules', link.id, { ruleIds })).toMatchObject({ status: 400, code: 'VALIDATION_ERROR' })
    }
    expect(await world.call(bob.token, 'DELETE', `/rules/${rule.id}`)).toMatchObject({ status: 404 })
    expect(await world.call(bob.token, 'PATCH', `/rules/${rule.id}`, { redirectUrl: US.redirectUrl })).toMatchObject({
      status: 404,
    })
    world.state.plan = { ...PLANS.premium, rulesPerLink: 1 }
    expect(await call('createRule', link.id, US)).toMatchObject({ status: 429, code: 'PLAN_LIMIT_EXCEEDED' })
  })
})
