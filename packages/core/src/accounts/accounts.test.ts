// Users as an operator makes them: each with a first project and a plan that exists.
import { expect, test } from 'vitest'
import { codeOf, createWorld, START } from '../../test/world.ts'

test('a user comes with a project that is counted on them', async () => {
  const { core, storage } = createWorld()
  const user = await core.accounts.create({ email: ' Ada@Example.COM ', plan: 'growth' })
  expect(user).toEqual({ id: user.id, email: 'ada@example.com', plan: 'growth', createdAt: START })
  const owner = await core.accounts.ownerOf(user.id)
  expect(owner.subject).toBe(user.id)
  expect(owner.id).not.toBe(user.id)
  expect(await storage.directory.project(owner.id)).toMatchObject({ subject: user.id, name: 'Default' })
  expect((await core.accounts.list({ limit: 9 })).items).toEqual([user])
})

test('an address belongs to one user, in any case, and a refused one leaves no project', async () => {
  const { core } = createWorld()
  const make = (email: string) => core.accounts.create({ email, plan: 'free' })
  const results = await Promise.allSettled([make('a@example.com'), make('A@example.com')])
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
  expect(await codeOf(make('a@example.com'))).toBe('VALIDATION_ERROR')
})

test.each([
  '',
  'a',
  'a@',
  '@example.com',
  'a@localhost',
  'a b@example.com',
  'a@exa mple.com',
  `${'a'.repeat(65)}@e.com`,
])('%j is no address', async (email) => {
  expect(await codeOf(createWorld().core.accounts.create({ email, plan: 'free' }))).toBe('VALIDATION_ERROR')
})

test('a plan is one that exists', async () => {
  const { core } = createWorld()
  const { id } = await core.accounts.create({ email: 'a@example.com', plan: 'free' })
  expect((await core.accounts.setPlan(id, 'premium')).plan).toBe('premium')
  for (const plan of ['gold', 'constructor', '__proto__', '']) {
    expect(await codeOf(core.accounts.setPlan(id, plan))).toBe('VALIDATION_ERROR')
  }
  expect(await codeOf(core.accounts.setPlan('nobody', 'free'))).toBe('NOT_FOUND')
  expect(await codeOf(core.accounts.ownerOf('nobody'))).toBe('NOT_FOUND')
})

test('an owner that a host names gets a row, and keeps the one it has', async () => {
  const { core, storage } = createWorld()
  await core.accounts.ensure({ id: 'p', subject: 's' })
  await core.accounts.ensure({ id: 'p', subject: 'another' })
  expect(await storage.directory.project('p')).toMatchObject({ subject: 's' })
})
