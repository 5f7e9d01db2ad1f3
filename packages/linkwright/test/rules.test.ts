// Routing rules: made, changed, ordered and deleted, and what the first match does to a visit.
import { afterAll, describe, expect, test } from 'vitest'
import { DESTINATION, type Fields, type Rule, type RuleList } from './fixture/api.ts'
import { expectFailure } from './fixture/errors.ts'
import { createPerson } from './fixture/people.ts'
import { startServer } from './fixture/server.ts'
import { expectRedirect, visit } from './fixture/visit.ts'

const server = await startServer()
afterAll(() => server.stop())
const [{ api }, { api: second }] = await Promise.all([createPerson(server, 'premium'), createPerson(server, 'premium')])
const EXAMPLE = { field: 'country', operator: 'equals', value: 'US', redirectUrl: 'https://example.com/us' }
const target = (name: string) => `https://example.com/${name}`
const language = (value: string, name = value): Fields => {
  return { field: 'language', operator: 'equals', value, redirectUrl: target(name) }
}

async function rulesOf(linkId: string): Promise<Rule[]> {
  return (await api.get<RuleList>(`/links/${linkId}/rules`)).body.data
}

test('the example of the documentation', async () => {
  const link = await api.link()
  const { status, body } = await api.post<Rule>(`/links/${link.id}/rules`, EXAMPLE)
  expect(status).toBe(201)
  expect(body).toEqual({
    id: expect.stringMatching(/^rul_[0-9A-HJKMNP-TV-Z]{26}$/),
    linkId: link.id,
    ...EXAMPLE,
    conditions: null,
    priority: 1,
    createdAt: expect.stringMatching(/\.\d{3}Z$/),
    updatedAt: body.createdAt,
  })
  expect((await api.get(`/links/${link.id}/rules`)).body).toEqual({ data: [body] })
})

test('the first rule that matches wins, and every change counts from the next visit on', async () => {
  const link = await api.link()
  const go = () => visit(server, link.shortUrl, { 'Accept-Language': 'en-GB,en;q=0.5' })
  expectRedirect(await go(), DESTINATION)
  const first = await api.rule(link, language('fr'))
  const wide = await api.rule(link, language('en'))
  const narrow = await api.rule(link, language('en-gb'))
  expectRedirect(await go(), target('en'))
  expect((await rulesOf(link.id)).map(({ priority }) => priority)).toEqual([1, 2, 3])

  const order = { ruleIds: [narrow.id, first.id, wide.id] }
  const reordered = await api.put<RuleList>(`/links/${link.id}/rules/order`, order)
  expect(reordered.body.data.map(({ id, priority }) => [id, priority])).toEqual([
    [narrow.id, 1],
    [first.id, 2],
    [wide.id, 3],
  ])
  expect(await rulesOf(link.id)).toEqual(reordered.body.data)
  expectRedirect(await go(), target('en-gb'))

  await api.patch(`/rules/${narrow.id}`, { redirectUrl: target('new') })
  expectRedirect(await go(), target('new'))
  expect((await api.delete(`/rules/${narrow.id}`)).status).toBe(204)
  expectRedirect(await go(), target('en'))
  expect((await rulesOf(link.id)).map(({ id, priority }) => [id, priority])).toEqual([
    [first.id, 1],
    [wide.id, 2],
  ])
  expect((await api.rule(link, language('de'))).priority).toBe(3)
})

describe('PATCH', () => {
  test('changes parts of a condition', async () => {
    const rule = await api.rule(await api.link(), EXAMPLE)
    const { status, body } = await api.patch<Rule>(`/rules/${rule.id}`, { value: 'ca' })
    expect(status).toBe(200)
    expect(body).toEqual({ ...rule, value: 'CA', updatedAt: body.updatedAt })
    expectFailure(await api.patch(`/rules/${rule.id}`, { operator: 'between' }), 'INVALID_RULE')
    expectFailure(await api.patch(`/rules/${rule.id}`, { field: 'hour_utc' }), 'INVALID_RULE')
    const both = { operator: 'in', value: ['us', 'ca', 'US'] }
    expect((await api.patch(`/rules/${rule.id}`, both)).body).toMatchObject({ operator: 'in', value: ['US', 'CA'] })
  })

  test('trades a leaf for a tree and back', async () => {
    const rule = await api.rule(await api.link(), EXAMPLE)
    const conditions = { all: [{ field: 'device', operator: 'equals', value: 'mobile' }] }
    const tree = await api.patch(`/rules/${rule.id}`, { conditions })
    expect(tree.body).toMatchObject({ field: null, operator: null, value: null, conditions })
    const leaf = { field: 'country', operator: 'equals', value: 'US' }
    expect((await api.patch(`/rules/${rule.id}`, { ...leaf, conditions: null })).body).toMatchObject({
      ...leaf,
      conditions: null,
    })
  })

  test('unknown fields are a wrong body, wrong values a wrong rule', async () => {
    const rule = await api.rule(await api.link(), EXAMPLE)
    for (const key of ['priority', 'linkId', 'id', 'nonsense']) {
      expectFailure(await api.patch(`/rules/${rule.id}`, { [key]: 1 }), 'VALIDATION_ERROR')
    }
    expectFailure(
      await api.patch(`/rules/${rule.id}`, { redirectUrl: 'http://127.0.0.1/' }),
      'INVALID_RULE',
      'redirectUrl',
    )
    expectFailure(await api.patch(`/rules/${rule.id}`, { value: 'USA' }), 'INVALID_RULE', 'value')
  })
})

describe('PUT order', () => {
  test('takes all rules of the link, each once', async () => {
    const [link, elsewhere] = [await api.link(), await api.link()]
    const [a, b] = [await api.rule(link, language('fr')), await api.rule(link, language('de'))]
    const c = await api.rule(elsewhere, language('es'))
    const path = `/links/${link.id}/rules/order`
    for (const ruleIds of [
      [],
      [a.id],
      [a.id, a.id],
      [a.id, b.id, b.id],
      [a.id, b.id, c.id],
      [a.id, c.id],
      [a.id, 'x'],
    ]) {
      expectFailure(await api.put(path, { ruleIds }), 'VALIDATION_ERROR')
    }
    expectFailure(await api.put(path, { ruleIds: 'all' }), 'VALIDATION_ERROR')
    expectFailure(await api.put(path, {}), 'VALIDATION_ERROR', 'ruleIds')
    expect((await rulesOf(link.id)).map(({ id }) => id)).toEqual([a.id, b.id])
  })
})

describe('a body', () => {
  test.each(['field', 'operator', 'value', 'redirectUrl'])('without %s is 400 VALIDATION_ERROR', async (key) => {
    const { [key]: _, ...body } = EXAMPLE as Fields
    expectFailure(await second.post(`/links/${(await second.link()).id}/rules`, body), 'VALIDATION_ERROR', key)
  })

  test('that is empty names all that is missing', async () => {
    const reply = await second.post(`/links/${(await second.link()).id}/rules`, {})
    expectFailure(reply, 'VALIDATION_ERROR', 'field', 'operator', 'value', 'redirectUrl')
  })

  test('with an unknown key is 400 VALIDATION_ERROR', async () => {
    expectFailure(
      await second.post(`/links/${(await second.link()).id}/rules`, { ...EXAMPLE, priority: 1 }),
      'VALIDATION_ERROR',
    )
  })

  test('with several wrong values lists them all', async () => {
    const body = { ...EXAMPLE, value: 'USA', redirectUrl: 'x' }
    expectFailure(
      await second.post(`/links/${(await second.link()).id}/rules`, body),
      'INVALID_RULE',
      'value',
      'redirectUrl',
    )
  })

  test.each(['x', 'http://10.0.0.1/', 'ftp://example.com/', `${server.origin}/abc`, 7, null])(
    'with redirectUrl %j is 400 INVALID_RULE',
    async (redirectUrl) => {
      const path = `/links/${(await second.link()).id}/rules`
      expectFailure(await second.post(path, { ...EXAMPLE, redirectUrl }), 'INVALID_RULE', 'redirectUrl')
    },
  )
})

describe('trees', () => {
  const leaf = (value: string) => ({ field: 'language', operator: 'equals', value })
  const nest = (depth: number): object => (depth === 0 ? leaf('fr') : { not: nest(depth - 1) })
  const post = async (conditions: unknown) => {
    return second.post<Rule>(`/links/${(await second.link()).id}/rules`, { conditions, redirectUrl: target('tree') })
  }

  test('all, any and not', async () => {
    const link = await second.link()
    const device = { field: 'device', operator: 'equals', value: 'desktop' }
    const conditions = { all: [{ any: [leaf('fr'), leaf('de')] }, { not: leaf('de-at') }, device] }
    const rule = await second.rule(link, { conditions, redirectUrl: target('tree') })
    expect(rule).toMatchObject({ field: null, operator: null, value: null, conditions })
    expectRedirect(await visit(server, link.shortUrl, { 'Accept-Language': 'de-CH' }), target('tree'))
    expectRedirect(await visit(server, link.shortUrl, { 'Accept-Language': 'de-AT' }), DESTINATION)
    expectRedirect(await visit(server, link.shortUrl, { 'Accept-Language': 'en' }), DESTINATION)
  })

  test('not of what is unknown is unknown: it does not match', async () => {
    const link = await second.link()
    await second.rule(link, { conditions: { not: leaf('fr') }, redirectUrl: target('tree') })
    expectRedirect(await visit(server, link.shortUrl), DESTINATION)
    expectRedirect(await visit(server, link.shortUrl, { 'Accept-Language': 'en' }), target('tree'))
  })

  test('at most 20 leaves and 4 levels', async () => {
    expect((await post({ all: Array(20).fill(leaf('fr')) })).status).toBe(201)
    expectFailure(await post({ all: Array(21).fill(leaf('fr')) }), 'INVALID_RULE')
    expect((await post(nest(4))).status).toBe(201)
    expectFailure(await post(nest(5)), 'INVALID_RULE')
  })

  test.each([
    ['an empty group', { all: [] }],
    ['two groups in one', { all: [leaf('fr')], any: [leaf('fr')] }],
    ['an unknown group', { none: [leaf('fr')] }],
    ['a list', [leaf('fr')]],
    ['a text', 'all'],
    ['a list under not', { not: [leaf('fr')] }],
    ['a leaf with more', { all: [{ ...leaf('fr'), x: 1 }] }],
    ['a leaf with less', { all: [{ field: 'language' }] }],
  ])('%s is 400 INVALID_RULE', async (_, conditions) => expectFailure(await post(conditions), 'INVALID_RULE'))

  test('beside field, operator and value is 400 INVALID_RULE', async () => {
    const path = `/links/${(await second.link()).id}/rules`
    expectFailure(await second.post(path, { ...EXAMPLE, conditions: { all: [leaf('fr')] } }), 'INVALID_RULE')
  })
})
