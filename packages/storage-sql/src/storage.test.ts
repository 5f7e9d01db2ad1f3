// What engines add to the suite: savepoints, the order of text, and limits that hold between two openings of one database.
import { linkRow, OWNER } from '@linkwright/conformance/sample'
import { SlugTaken, type Storage, type Token } from '@linkwright/core'
import { afterAll, describe, expect, test } from 'vitest'
import { createPlaces, ENGINE_NAMES } from './test-places.ts'

const OTHER = { id: 'other project', subject: 'other user' }
const NEW = { slugKey: 'slug', tombstonesSince: 0 }
const TIMES = 100

describe.each(ENGINE_NAMES)('%s', (name) => {
  const places = createPlaces(name)
  afterAll(() => places.end())

  async function open(): Promise<Storage> {
    const storage = (await places.add()).open()
    await storage.migrate()
    return storage
  }

  test('an inner transaction that fails is undone alone if the outer one goes on', async () => {
    const storage = await open()
    await storage.transaction(async (outer) => {
      await outer.of(OWNER).usage.set('links', 'a', 1)
      const inner = outer.transaction(async (inner) => {
        await inner.of(OWNER).usage.set('links', 'a', 2)
        throw new Error('inner')
      })
      await expect(inner).rejects.toThrow('inner')
    })
    expect(await storage.of(OWNER).usage.read('links', 'a')).toBe(1)
    await storage.close()
  })

  test('a statement that fails in an inner transaction does no harm to the outer one', async () => {
    const storage = await open()
    const link = linkRow({ id: 'link', slug: 'slug' })
    await storage.of(OWNER).links.insert({ ...NEW, link })
    await storage.transaction(async (outer) => {
      const again = outer.of(OWNER).links.insert({ ...NEW, slugKey: 'else', link: { ...link, slug: 'else' } })
      await expect(again).rejects.toThrow(/unique constraint/i)
      await outer.of(OWNER).usage.set('links', 'a', 3)
    })
    expect(await storage.of(OWNER).usage.read('links', 'a')).toBe(3)
    await storage.close()
  })

  test('a link that meets a tombstone is not written, even if the transaction goes on', async () => {
    const storage = await open()
    await storage.of(OTHER).links.insert({ ...NEW, link: linkRow({ id: 'theirs', slug: 'slug' }) })
    await storage.of(OTHER).links.delete('theirs', 1000)
    await storage.transaction(async (inner) => {
      const insert = inner.of(OWNER).links.insert({ ...NEW, link: linkRow({ id: 'ours', slug: 'slug' }) })
      await expect(insert).rejects.toThrow(SlugTaken)
    })
    expect(await storage.of(OWNER).links.get('ours')).toBeUndefined()
    await storage.close()
  })

  test('a link with an id that is there already is an error, and not a taken slug', async () => {
    const storage = await open()
    const { links } = storage.of(OWNER)
    await links.insert({ ...NEW, link: linkRow({ id: 'same', slug: 'slug' }) })
    const again = links.insert({ ...NEW, slugKey: 'else', link: linkRow({ id: 'same', slug: 'else' }) })
    await expect(again).rejects.toThrow(/unique constraint/i)
    await expect(again).rejects.not.toBeInstanceOf(SlugTaken)
    await storage.close()
  })

  test('text is in the order of its bytes, whatever language the database speaks', async () => {
    const storage = await open()
    const ids = ['a', 'B', 'b', 'A', '_', '0', '-', 'Z', 'ä']
    for (const id of ids) await storage.directory.insertUser({ id, email: id, plan: 'free', createdAt: 1 })
    const { items } = await storage.directory.users({ limit: 100 })
    expect(items.map(({ id }) => id)).toEqual(ids.toSorted().toReversed())
    const { items: after } = await storage.directory.users({ limit: 100, after: 'a' })
    expect(after.map(({ id }) => id)).toEqual(['_', 'Z', 'B', 'A', '0', '-'])
    await storage.close()
  })

  describe('a hundred at once, on two openings', () => {
    async function race(
      work: (storage: Storage, n: number) => Promise<unknown>,
      prepare?: (first: Storage) => unknown,
    ) {
      const place = await places.add()
      const [first, second] = [place.open(), place.open()]
      await first.migrate()
      const link = linkRow({ id: 'link', slug: 'slug', maxClicks: 37 })
      await first.of(OWNER).links.insert({ ...NEW, link })
      await prepare?.(first)
      const answers = await Promise.all(Array.from({ length: TIMES }, (_, n) => work(n % 2 === 0 ? first : second, n)))
      await second.close()
      return { first, answers }
    }

    test('clicks are claimed exactly as often as the link allows', async () => {
      const { first, answers } = await race(({ open }) => open.links.claimClick('link'))
      expect(answers.filter((claimed) => claimed)).toHaveLength(37)
      await first.close()
    })

    test('a meter is used up exactly, alone and in transactions', async () => {
      const reserve = (storage: Storage) => storage.of(OWNER).usage.reserve('links', '2026-11', 50, 1)
      const { first, answers } = await race((storage, n) =>
        n % 4 < 2 ? reserve(storage) : storage.transaction(reserve),
      )
      const totals = answers.filter((total) => total !== null)
      expect(totals.toSorted((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 50 }, (_, n) => n + 1))
      await first.close()
    })

    test('a nonce is consumed once', async () => {
      const { first, answers } = await race(({ open }) => open.keys.consumeNonce(OWNER.id, 'nonce', 1))
      expect(answers.filter((consumed) => consumed)).toHaveLength(1)
      await first.close()
    })

    test('a slug goes to one', async () => {
      const { first, answers } = await race((storage, n) =>
        storage
          .of(OWNER)
          .links.insert({ ...NEW, slugKey: 'wanted', link: linkRow({ id: `link${n}`, slug: 'wanted' }) })
          .catch((error: unknown) => error),
      )
      expect(answers.filter((answer) => !(answer instanceof SlugTaken))).toEqual([
        expect.objectContaining({ slug: 'wanted' }),
      ])
      await first.close()
    })

    test('rules fill the cap and leave no gap', async () => {
      const { first, answers } = await race((storage, n) => {
        const leaf = { field: 'device', operator: 'equals', value: 'mobile', conditions: null } as const
        const rule = { id: `rule${n}`, linkId: 'link', redirectUrl: 'https://example.com/', createdAt: 1, updatedAt: 1 }
        return storage.of(OWNER).rules.append({ ...rule, ...leaf }, 25)
      })
      expect(answers.filter((answer) => answer === 'full')).toHaveLength(75)
      const rules = await first.of(OWNER).rules.list('link')
      expect(rules?.map(({ priority }) => priority)).toEqual(Array.from({ length: 25 }, (_, index) => index + 1))
      await first.close()
    })

    test('tokens fill the cap', async () => {
      const { first, answers } = await race((storage, n) => {
        const token: Token = {
          id: `token${n}`,
          ownerId: OWNER.id,
          subject: OWNER.subject,
          userId: OWNER.subject,
          name: 'Token',
          prefix: 'lw_pk_abcdef',
          scopes: [],
          createdAt: 1,
          expiresAt: null,
          revokedAt: null,
          lastUsedAt: null,
        }
        return storage.of(OWNER).tokens.insert(token, { hash: token.id, slowHash: null }, 25)
      })
      expect(answers.filter((inserted) => inserted)).toHaveLength(25)
      expect((await first.of(OWNER).tokens.list({ limit: 100 })).items).toHaveLength(25)
      await first.close()
    })

    test('an idempotency key is taken once', async () => {
      const reply = { scope: 's', key: 'k', fingerprint: 'f', status: 201, body: '{}', sealed: false, createdAt: 1 }
      const { first, answers } = await race((storage) =>
        storage.transaction(({ open }) => open.idempotency.save(reply)),
      )
      expect(answers.filter((saved) => saved)).toHaveLength(1)
      await first.close()
    })
  })
})
