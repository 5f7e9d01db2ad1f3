// Scopes: what is not the owner's cannot be reached through one.
import { readFileSync } from 'node:fs'
import { linkRow, OWNER } from '@linkwright/conformance/sample'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Connection } from './connection.ts'
import { migrate } from './migrations/migrate.ts'
import { Scope } from './scope.ts'
import { createPlaces, ENGINE_NAMES, storageOver } from './test-places.ts'

const OTHER = { id: 'other project', subject: 'other user' }
const RULE = {
  id: 'rule',
  link_id: 'link',
  priority: 1,
  field: null,
  operator: null,
  value: null,
  conditions: null,
  redirect_url: 'https://example.com/',
  created_at: 1,
  updated_at: 1,
}

describe.each(ENGINE_NAMES)('%s', (name) => {
  const places = createPlaces(name)
  let connection: Connection
  let ours: Scope<'owner_id'>
  let theirs: Scope<'owner_id'>

  beforeAll(async () => {
    connection = (await places.add()).connect()
    ours = new Scope(connection, OWNER, 'owner_id')
    theirs = new Scope(connection, OTHER, 'owner_id')
    await migrate(connection.db, connection.engine)
    const link = linkRow({ id: 'link', slug: 'slug' })
    await storageOver(connection).of(OWNER).links.insert({ link, slugKey: 'slug', tombstonesSince: 0 })
  })
  afterAll(async () => {
    await connection.db.destroy()
    await places.end()
  })

  test("a rule on another owner's link fails by its foreign key", async () => {
    await expect(theirs.insert('linkwright_rule', RULE).execute()).rejects.toThrow(/foreign key constraint/i)
    await ours.insert('linkwright_rule', RULE).execute()
  })

  test('the owner is that of the scope, whatever a row says', async () => {
    const forged = { ...RULE, id: 'forged', priority: 2, owner_id: OTHER.id }
    const row = await ours.insert('linkwright_rule', forged).returningAll().executeTakeFirstOrThrow()
    expect(row.owner_id).toBe(OWNER.id)
  })

  test("another owner's rows cannot be read, changed, deleted or held", async () => {
    expect(await theirs.select('linkwright_link').selectAll().execute()).toEqual([])
    for (const after of [undefined, 'z', 'a']) {
      expect(await theirs.newestFirst('linkwright_link', after).selectAll().execute()).toEqual([])
    }
    expect(await ours.newestFirst('linkwright_link', 'z').selectAll().execute()).toHaveLength(1)
    const [updated] = await theirs.update('linkwright_link').set({ title: 'x' }).execute()
    expect(updated?.numUpdatedRows).toBe(0n)
    const [deleted] = await theirs.delete('linkwright_link').execute()
    expect(deleted?.numDeletedRows).toBe(0n)
    expect(await theirs.hold('linkwright_link', 'link')).toBe(false)
    expect(await ours.hold('linkwright_link', 'link')).toBe(true)
  })

  test('tables that belong to nobody cannot be named, and a query keeps to its table', () => {
    // @ts-expect-error users have no owner
    ours.select('linkwright_user')
    // @ts-expect-error a nonce has no plan subject
    ours.ofSubject().select('linkwright_nonce')
    // @ts-expect-error a query of rules knows nothing of links
    ours.select('linkwright_rule').innerJoin('linkwright_link', 'linkwright_link.id', 'link_id')
  })
})

test.each(['links', 'rules', 'domains', 'tokens', 'keys', 'usage', 'stats'])(
  '%s.ts has a scope and no way around it',
  (name) => {
    const text = readFileSync(new URL(`./${name}.ts`, import.meta.url), 'utf8')
    expect(text).toContain('scope: ')
    expect(text).not.toMatch(/\bdb\b|\bKysely\b|[cC]onnection|clearWhere|sql\.(raw|table)/)
  },
)
