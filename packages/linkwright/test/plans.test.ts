// Plans: who has the API at all, how much of everything there is, and what a change of plan does.
import { afterAll, describe, expect, test } from 'vitest'
import { api, DESTINATION, type Link } from './fixture/api.ts'
import { cli, cliFails, cliJson } from './fixture/command.ts'
import { expectFailure } from './fixture/errors.ts'
import { createPerson, createToken, createUser } from './fixture/people.ts'
import { startServer } from './fixture/server.ts'
import { expectRedirect, visit } from './fixture/visit.ts'

const server = await startServer()
afterAll(() => server.stop())
const { env } = server
const RULE = { field: 'country', operator: 'equals', value: 'US', redirectUrl: 'https://example.com/us' }

function setUsage(user: string, value: number) {
  return cliJson(['usage', 'set', '--user', user, '--meter', 'links', '--value', String(value)], env)
}

describe.each(['free', 'core'] as const)('%s has no API', async (plan) => {
  const person = await createPerson(server, plan)

  test.each([
    ['GET', '/me', undefined],
    ['GET', '/links?limit=nonsense', undefined],
    ['POST', '/links', '{broken'],
    ['POST', '/links', { destinationUrl: DESTINATION }],
    ['PATCH', '/links/lnk_x', {}],
    ['GET', '/no/such/path', undefined],
    ['PUT', '/links', {}],
  ])('%s %s is 403 PLAN_REQUIRED before anything else is judged', async (method, path, body) => {
    expectFailure(await person.api.call(method, path, body), 'PLAN_REQUIRED')
  })
})

describe.each([
  ['free', 50, 0],
  ['core', 100, 1],
] as const)('%s beyond the API', (plan, linksPerMonth, rulesPerLink) => {
  test(`allows ${linksPerMonth} links a month and ${rulesPerLink} rules a link`, async () => {
    const user = await createUser(env, plan)
    const create = ['link', 'create', DESTINATION, '--user', user]
    await setUsage(user, linksPerMonth - 1)
    expect((await cli(create, env)).code).toBe(0)
    expect(await cliFails(1, create, env)).toContain(String(linksPerMonth))
    expect(await cliJson(['usage', 'show', '--user', user], env)).toMatchObject({
      plan,
      meters: { links: { value: linksPerMonth, limit: linksPerMonth } },
    })
  })
})

describe.each([
  ['growth', 60, 500, 5],
  ['premium', 300, 10_000, 25],
] as const)('%s', async (plan, perMinute, linksPerMonth, rulesPerLink) => {
  const person = await createPerson(server, plan)

  test('/me shows its limits', async () => {
    expect((await person.api.get('/me')).body).toMatchObject({
      plan,
      limits: { apiRequestsPerMinute: perMinute, linksPerMonth, routingRulesPerLink: rulesPerLink },
    })
  })

  test(`allows ${perMinute} requests a minute`, async () => {
    const { headers } = await person.api.get('/me')
    expect(headers['ratelimit-policy']).toMatch(new RegExp(`;q=${perMinute};w=60$`))
  })

  test(`allows ${linksPerMonth} links a month, and deleting one does not give its place back`, async () => {
    await setUsage(person.id, linksPerMonth - 1)
    const last = await person.api.link()
    const refused = await person.api.post('/links', { destinationUrl: DESTINATION })
    expectFailure(refused, 'PLAN_LIMIT_EXCEEDED')
    const now = new Date()
    const secondsLeft = (Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1) - now.getTime()) / 1000
    expect(Math.abs(Number(refused.headers['retry-after']) - secondsLeft)).toBeLessThan(5)
    expect((await person.api.delete(`/links/${last.id}`)).status).toBe(204)
    expectFailure(await person.api.post('/links', { destinationUrl: DESTINATION }), 'PLAN_LIMIT_EXCEEDED')
    await setUsage(person.id, 0)
  })

  test(`allows ${rulesPerLink} rules a link, and a deleted one makes room`, async () => {
    const link = await person.api.link()
    const rules = []
    for (let n = 0; n < rulesPerLink; n++) rules.push(await person.api.rule(link, RULE))
    expectFailure(await person.api.post(`/links/${link.id}/rules`, RULE), 'PLAN_LIMIT_EXCEEDED')
    await person.api.delete(`/rules/${rules[0]!.id}`)
    await person.api.rule(link, RULE)
    expectFailure(await person.api.post(`/links/${link.id}/rules`, RULE), 'PLAN_LIMIT_EXCEEDED')
  })
})

test('an operator mints regardless of the 5 tokens of growth', async () => {
  const user = await createUser(env, 'growth')
  const minted = await Promise.all(Array.from({ length: 6 }, () => createToken(env, user)))
  const callers = minted.map(({ token }) => api(server, token))
  expect((await Promise.all(callers.map((caller) => caller.get('/me')))).map(({ status }) => status)).toEqual(
    Array(6).fill(200),
  )
})

describe('premium fields', async () => {
  const [growth, premium] = await Promise.all([createPerson(server, 'growth'), createPerson(server, 'premium')])
  const APP = 'https://apps.example.com/app'

  test.each(['iosUrl', 'androidUrl'])('%s takes a value on premium only, and null on every plan', async (field) => {
    const link = await growth.api.link({ [field]: null })
    expectFailure(await growth.api.post('/links', { destinationUrl: DESTINATION, [field]: APP }), 'PLAN_REQUIRED')
    expectFailure(await growth.api.patch(`/links/${link.id}`, { [field]: APP }), 'PLAN_REQUIRED')
    expect((await growth.api.patch(`/links/${link.id}`, { [field]: null })).status).toBe(200)
    expect(await premium.api.link({ [field]: APP })).toMatchObject({ [field]: APP })
  })

  test('what is wrong with the body comes first', async () => {
    expectFailure(await growth.api.post('/links', { destinationUrl: 'x', iosUrl: APP }), 'VALIDATION_ERROR')
  })

  test('after a downgrade what exists goes on, and new writes are refused', async () => {
    const link = await premium.api.link({ iosUrl: APP })
    await premium.api.rule(link, { ...RULE, field: 'language', value: 'xx' })
    await cliJson(['user', 'update', premium.id, '--plan', 'growth'], env)
    expect((await premium.api.get<Link>(`/links/${link.id}`)).body.iosUrl).toBe(APP)
    expectFailure(await premium.api.patch(`/links/${link.id}`, { iosUrl: DESTINATION }), 'PLAN_REQUIRED')
    expect((await premium.api.patch(`/links/${link.id}`, { title: 'still mine' })).status).toBe(200)
    await cliJson(['user', 'update', premium.id, '--plan', 'free'], env)
    expectFailure(await premium.api.get(`/links/${link.id}`), 'PLAN_REQUIRED')
    expectRedirect(await visit(server, link.shortUrl, { 'Accept-Language': 'xx' }), 'https://example.com/us')
    expectRedirect(await visit(server, link.shortUrl), DESTINATION)
  })
})

test('a user without a plan named is on free', async () => {
  expect(await cliJson(['user', 'create', '--email', 'default@example.com'], env)).toMatchObject({ plan: 'free' })
  const premium = { ...env, DEFAULT_PLAN: 'premium' }
  const args = ['user', 'create', '--email', 'given@example.com']
  expect(await cliJson(args, premium)).toMatchObject({ plan: 'premium' })
})
