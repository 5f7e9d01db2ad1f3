// What SQLite itself adds to the suite: two connections, files and their end.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { linkRow, OWNER } from '@linkwright/conformance/sample'
import { afterAll, describe, expect, test } from 'vitest'
import { sqlite } from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'linkwright-sqlite-'))
afterAll(() => rmSync(folder, { recursive: true }))

const NEW = { slugKey: 'slug', tombstonesSince: 0 }

describe('two connections', () => {
  test('questions of the redirect are answered at once, except inside a transaction', async () => {
    const storage = sqlite(join(folder, 'hot.db'))
    await storage.migrate()
    const link = linkRow({ id: 'link', slug: 'slug', requireSignature: true })
    await storage.transaction(async (inner) => {
      const inserted = await inner.of(OWNER).links.insert({ ...NEW, link })
      expect(await inner.open.snapshots.get(null, 'slug')).toEqual({ link: inserted, rules: [], keys: [] })
      expect(storage.open.snapshots.get(null, 'slug')).toBeUndefined()
    })
    expect(storage.open.snapshots.get(null, 'slug')).toMatchObject({ link, rules: [], keys: [] })
    expect(storage.open.tokens.byHash('none')).toBeUndefined()
    expect(storage.open.domains.byHost('none.example')).toBeUndefined()
    await storage.close()
  })

  test('changes that were swept before they were seen are told as everything', async () => {
    const path = join(folder, 'gap.db')
    const [here, there] = [sqlite(path), sqlite(path, { pollMs: 5 })]
    await here.migrate()
    await here.open.announce({ kind: 'domain', host: 'known.example' })
    const seen: unknown[] = []
    const watch = there.watch((changes) => seen.push(...changes))
    // In one transaction, so that no look comes between: announced, swept, and followed by another.
    await here.transaction(async (inner) => {
      await inner.open.announce({ kind: 'domain', host: 'swept.example' })
      await inner.open.sweep(Date.now() + 2 * 3_600_000)
      await inner.open.announce({ kind: 'domain', host: 'next.example' })
    })
    await expect.poll(() => seen).toEqual([{ kind: 'all' }])
    watch.stop()
    await Promise.all([here.close(), there.close()])
  })

  test('a change is reported to others once it is committed, and not if it is undone', async () => {
    const path = join(folder, 'watch.db')
    const [here, there] = [sqlite(path), sqlite(path, { pollMs: 5 })]
    await here.migrate()
    await here.open.announce({ kind: 'domain', host: 'before.example' })
    const seen: unknown[] = []
    const watch = there.watch((changes) => seen.push(...changes))
    const undone = here.transaction(async (inner) => {
      await inner.open.announce({ kind: 'domain', host: 'undone.example' })
      throw new Error('undo')
    })
    await expect(undone).rejects.toThrow('undo')
    const changes = [
      { kind: 'link', domainId: null, slug: 'a' },
      { kind: 'link', domainId: 'domain', slug: 'b' },
      { kind: 'domain', host: 'c.example' },
      { kind: 'keys', ownerId: 'd' },
    ] as const
    for (const change of changes) await here.open.announce(change)
    await expect.poll(() => seen, { interval: 5 }).toEqual(changes)
    watch.stop()
    await here.close()
    await there.close()
  })
})

describe('files', () => {
  test('a file and its folder are made, and what was written is there when it is opened again', async () => {
    const path = join(folder, 'new', 'folder', 'links.db')
    const first = sqlite(path, { synchronous: 'full' })
    await first.migrate()
    await first.of(OWNER).usage.set('links', '2026-11', 7)
    await first.close()
    const second = sqlite(path)
    expect(await second.of(OWNER).usage.read('links', '2026-11')).toBe(7)
    await second.close()
  })

  test('a path that cannot be opened says so in one line', () => {
    const file = join(folder, 'file')
    writeFileSync(file, 'not a database, but long enough to be taken for one with a broken header '.repeat(20))
    for (const path of [folder, join(file, 'below.db'), file]) {
      expect(() => sqlite(path)).toThrow(new RegExp(`^Cannot open the SQLite file ${path}: [^\\n]+$`))
    }
  })

  test('closing waits for what was asked before, and may be repeated', async () => {
    const path = join(folder, 'closing.db')
    const storage = sqlite(path)
    await storage.migrate()
    const watch = storage.watch(() => {})
    const write = storage.transaction((inner) => inner.of(OWNER).usage.set('links', '2026-11', 3))
    await Promise.all([write, storage.close(), storage.close()])
    await storage.close()
    watch.stop()
    await expect(storage.of(OWNER).usage.read('links', '2026-11')).rejects.toThrow()
    const again = sqlite(path)
    expect(await again.of(OWNER).usage.read('links', '2026-11')).toBe(3)
    await again.close()
  })

  test('a storage that was never used can be closed', async () => {
    await sqlite(join(folder, 'unused.db')).close()
    await sqlite(':memory:').close()
  })
})
