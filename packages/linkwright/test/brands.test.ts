// Tokens by another name: the whole prefix from the environment, and whole profiles of keys.
import { afterAll, expect, test } from 'vitest'
import { api } from './fixture/api.ts'
import { cliFails } from './fixture/command.ts'
import { expectFailure } from './fixture/errors.ts'
import { createPerson, createToken } from './fixture/people.ts'
import { startServer } from './fixture/server.ts'

const server = await startServer({ TOKEN_PREFIX: 'snipt_pk_' })
afterAll(() => server.stop())
const person = await createPerson(server, 'growth')

test('TOKEN_PREFIX is the whole prefix', async () => {
  expect(person.api.token).toMatch(/^snipt_pk_[0-9A-Za-z]{49}$/)
  expect((await person.api.get('/me')).body).toMatchObject({ tokenId: person.tokenId })
})

test('a token with the default prefix is nobody’s there', async () => {
  const minted = await createToken({ ...server.env, TOKEN_PREFIX: 'lw_pk_' }, person.id)
  expectFailure(await api(server, minted.token).get('/me'), 'INVALID_TOKEN')
})

test.each(['pk-\u00e9_', '1pk_', 'p k', 'x'.repeat(40)])('TOKEN_PREFIX %j is refused', async (TOKEN_PREFIX) => {
  expect(await cliFails(2, ['user', 'list'], { ...server.env, TOKEN_PREFIX })).toContain('TOKEN_PREFIX')
})

test('KEY_PROFILE=topsnapp: 60 characters, and the rights of the user', async () => {
  const other = await startServer({ KEY_PROFILE: 'topsnapp' })
  const holder = await createPerson(other, 'premium', ['links:read'])
  expect(holder.api.token).toMatch(/^topsnapp_sk_[A-Za-z0-9_-]{48}$/)
  const { body } = await holder.api.get('/me')
  expect(body.scopes).toHaveLength(6)
  expectFailure(await api(other, `${holder.api.token!.slice(0, -1)}!`).get('/me'), 'INVALID_TOKEN')
  await other.stop()
})
