// Who may call: bearer tokens, the host's own users, and the browser's cookies.
import { PLANS } from '@linkwright/core'
import { beforeEach, describe, expect, test } from 'vitest'
import { type Asked, answerOf, createWorld, type World } from '../../test/world.ts'
import type { Host } from '../host.ts'

/** Knows the cookie `session=ada` and the token `host-token`. */
const host: Host = {
  async identify(call) {
    if (call.header('cookie') === 'session=ada') return { owner: 'acme', actor: 'ada' }
    if (call.header('authorization') !== 'Bearer host-token') return null
    return { owner: { id: 'acme', subject: 'org' }, actor: 'bot', scopes: ['links:read', 'billing:read'] }
  },
  plan: async () => PLANS.growth,
}

let world: World
let token: string
beforeEach(async () => {
  world = await createWorld({ rest: { host, origins: ['https://dashboard.example.org'] } })
  token = (await world.user('ada@example.org')).token
})
const me = (headers: NonNullable<Asked['headers']>, method = 'GET') =>
  answerOf(world.api, { method, path: '/api/v1/me', headers })

describe('Authorization', () => {
  test('is Bearer, one space, and a token', async () => {
    expect(await me({ authorization: `Bearer ${token}` })).toMatchObject({ status: 200 })
    expect(await me({})).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' })
  })

  test('is asked for in words that standard clients read', async () => {
    const challenge = async (headers: NonNullable<Asked['headers']>) =>
      (await me(headers)).headers.get('www-authenticate')
    expect(await challenge({})).toBe('Bearer')
    expect(await challenge({ authorization: 'Bearer x' })).toBe('Bearer error="invalid_token"')
    expect(await challenge({ authorization: `Bearer ${token}` })).toBeUndefined()
  })

  test('is anything else in vain', async () => {
    const others = [
      '',
      'Bearer',
      'Bearer ',
      token,
      `bearer ${token}`,
      `Bearer  ${token}`,
      `Bearer\t${token}`,
      `Bearer ${token} `,
      `Bearer ${token},`,
      `Bearer ${token}x`,
      `Bearer ${token.slice(0, -1)}`,
      `Bearer ${token} ${token}`,
      `Basic ${token}`,
      `Token ${token}`,
      'Bearer lw_pk_',
      'Bearer something',
      'Bearer \u00e9',
    ]
    for (const authorization of others) {
      expect(await me({ authorization })).toMatchObject({ status: 401, code: 'INVALID_TOKEN' })
    }
  })

  test('comes once, and from one side', async () => {
    const authorization = `Bearer ${token}`
    expect(await me({ authorization: [authorization, authorization] })).toMatchObject({ status: 401 })
    expect(await me({ authorization, cookie: 'session=ada' })).toMatchObject({ status: 401, code: 'INVALID_TOKEN' })
    expect(await me({ authorization, cookie: 'theme=dark' })).toMatchObject({ status: 200 })
  })

  test('ends with the token', async () => {
    const bob = await world.user('bob@example.org')
    const authorization = `Bearer ${bob.token}`
    expect(await me({ authorization })).toMatchObject({ status: 200 })
    await world.core.tokens.revoke(bob.owner, bob.tokenId)
    expect(await me({ authorization })).toMatchObject({ status: 401, code: 'INVALID_TOKEN' })
  })
})

describe('the host', () => {
  test('names its own callers, with all scopes unless it says less', async () => {
    expect((await me({ cookie: 'session=ada' })).json).toMatchObject({
      userId: 'ada',
      tokenId: null,
      scopes: { length: 6 },
      plan: 'growth',
    })
    const bot = await me({ authorization: 'Bearer host-token' })
    expect(bot.json).toMatchObject({ userId: 'bot', tokenId: null, scopes: ['links:read'] })
  })

  test('has a row made for each owner that it names', async () => {
    await me({ authorization: 'Bearer host-token' })
    expect(await world.storage.directory.project('acme')).toMatchObject({ subject: 'org' })
  })

  test('is not asked about tokens of ours', async () => {
    const greedy = await createWorld({
      rest: { host: { ...host, identify: async () => ({ owner: 'acme', actor: 'anyone' }) } },
    })
    const reply = await answerOf(greedy.api, { path: '/api/v1/me', headers: { authorization: 'Bearer lw_pk_forged' } })
    expect(reply).toMatchObject({ status: 401, code: 'INVALID_TOKEN' })
  })
})

describe('a cookie', () => {
  const cookie = 'session=ada'
  test.each([
    [{}, 200],
    [{ 'sec-fetch-site': 'same-origin' }, 200],
    [{ 'sec-fetch-site': 'none' }, 200],
    [{ 'sec-fetch-site': 'same-site' }, 401],
    [{ 'sec-fetch-site': 'cross-site' }, 401],
    [{ origin: 'https://go.example.org' }, 200],
    [{ origin: 'https://evil.example' }, 401],
    [{ origin: 'https://go.example.org.evil.example' }, 401],
    [{ origin: 'null' }, 401],
    [{ origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, 401],
    [{ origin: 'https://dashboard.example.org', 'sec-fetch-site': 'cross-site' }, 200],
  ])('with %j gets %i', async (headers, status) => {
    expect((await me({ cookie, ...headers })).status).toBe(status)
  })

  test('is not asked of calls with a token', async () => {
    const headers = {
      authorization: 'Bearer host-token',
      origin: 'https://evil.example',
      'sec-fetch-site': 'cross-site',
    }
    expect((await me(headers)).status).toBe(200)
  })
})
