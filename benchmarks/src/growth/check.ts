// Whether what was written past the storage is what the product would have written, as far as its own doors can tell.
import { deepEqual, equal } from 'node:assert/strict'
import { sqlite } from '@linkwright/storage-sql/sqlite'
import { destinationOf } from './bulk.ts'
import type { Inhabited } from './place.ts'
import { createDraw, type PlannedLink } from './population.ts'

const LINKS = 50

/** @throws AssertionError naming what differs */
export async function check({ links, population }: Inhabited): Promise<void> {
  const { storage } = links.core
  const draw = createDraw(2)
  for (let look = 0; look < LINKS; look++) {
    const planned = population.link(Math.floor(draw() * population.links))
    const snapshot = await storage.open.snapshots.get(null, planned.slug)
    equal(snapshot?.link.id, planned.id)
    equal(snapshot?.link.destinationUrl, destinationOf(planned))
    equal(snapshot?.link.clicks, planned.clicks)
    await checkStats(planned)
  }
  await checkStats(population.link(population.asked[0]!))

  /** The same clicks, folded by the product into a database of their own, must give the same statistics. */
  async function checkStats(planned: PlannedLink): Promise<void> {
    const { id, slug, owner, createdAt } = planned
    const found = await storage.of(owner).stats.read(id, createdAt, population.end)
    const fresh = sqlite(':memory:')
    try {
      await fresh.migrate()
      const link = await storage.of(owner).links.get(id)
      await fresh.of(owner).links.insert({ link: { ...link!, ownerId: owner.id }, slugKey: slug, tombstonesSince: 0 })
      for (const clicks of population.clicksOf(planned)) await fresh.open.clicks.append(clicks, [])
      deepEqual(found, await fresh.of(owner).stats.read(id, createdAt, population.end))
    } finally {
      await fresh.close()
    }
  }
}
