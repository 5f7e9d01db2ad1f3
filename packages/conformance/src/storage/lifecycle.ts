// Opening, migrating, and hearing of what other processes changed.
import type { Change, Watch } from '@linkwright/core'
import { expect, vi } from 'vitest'
import type { Subject } from './subject.ts'

/** Storages promise 200 ms; a busy machine gets more. */
const PATIENCE = { timeout: 10_000, interval: 10 }

export const lifecycle: Subject = (test, { open, openSecond }) => {
  test('a storage is current once it is migrated', async () => {
    const storage = await open()
    const reports = await Promise.all([storage.migrate(), storage.migrate()])
    const applied = reports.flatMap((report) => report.applied)
    expect(new Set(applied).size).toBe(applied.length)
    expect(await storage.ready()).toBe('current')
    expect((await storage.migrate()).applied).toEqual([])
    await storage.close()
  })

  test('a change without other processes to hear it is no error', async ({ storage }) => {
    const watch = storage.watch(() => {})
    await storage.open.announce({ kind: 'link', domainId: null, slug: 'promo' })
    await storage.transaction(({ open }) => open.announce({ kind: 'domain', host: 'go.example.com' }))
    watch.stop()
    watch.stop()
  })

  if (openSecond === undefined) return

  test('two openings of one database have the same rows', async (world) => {
    const second = await openSecond(world.storage)
    expect(await second.ready()).toBe('current')
    expect((await second.migrate()).applied).toEqual([])
    const owner = await world.addOwner()
    const link = await world.addLink(owner)
    expect(await second.of(owner).links.get(link.id)).toEqual(link)
    await second.of(owner).links.update(link.id, { title: 'second' })
    expect((await world.storage.of(owner).links.get(link.id))?.title).toBe('second')
    await second.close()
  })

  test('changes that one process commits are reported to the other', async ({ storage, id }) => {
    const second = await openSecond(storage)
    const heard: Change[] = []
    const watch = second.watch((changes) => heard.push(...changes))
    await hears(watch)
    heard.length = 0
    const sent: Change[] = [
      { kind: 'link', domainId: null, slug: '__proto__' },
      { kind: 'link', domainId: id(), slug: 'promo' },
      { kind: 'domain', host: 'go.example.com' },
      { kind: 'keys', ownerId: id() },
    ]
    await storage.open.announce(sent[0]!)
    await storage.transaction(async ({ open }) => {
      for (const change of sent.slice(1)) await open.announce(change)
    })
    await vi.waitFor(() => expect(heard).toHaveLength(4), PATIENCE)
    expect(heard).toEqual(sent)
    watch.stop()
    await second.close()
  })

  test('changes that are undone are not reported, nor any after the end of watching', async ({ storage, id }) => {
    const second = await openSecond(storage)
    const heard: Change[] = []
    const late: Change[] = []
    const watch = second.watch((changes) => heard.push(...changes))
    const lateWatch = second.watch((changes) => late.push(...changes))
    await Promise.all([hears(watch), hears(lateWatch)])
    heard.length = 0
    late.length = 0
    const change = (slug: string): Change => ({ kind: 'link', domainId: null, slug })
    const undone = storage.transaction(async ({ open }) => {
      await open.announce(change(`undone${id()}`))
      throw new Error('undo this')
    })
    await expect(undone).rejects.toThrow('undo this')
    await storage.open.announce(change('one'))
    await vi.waitFor(() => expect(heard).toEqual([change('one')]), PATIENCE)
    watch.stop()
    await storage.open.announce(change('two'))
    await vi.waitFor(() => expect(late).toEqual([change('one'), change('two')]), PATIENCE)
    expect(heard).toEqual([change('one')])
    lateWatch.stop()
    await second.close()
  })
}

/** What changed until a watch hears may have been reported as everything. */
async function hears(watch: Watch): Promise<void> {
  await vi.waitFor(() => expect(watch.healthy()).toBe(true), PATIENCE)
}
