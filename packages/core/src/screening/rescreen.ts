// Screening again, in the background, what could not be screened when it was written.
import type { Commit } from '../commit.ts'
import type { Storage } from '../storage.ts'
import type { Screen } from './screening.ts'

/** Asks anew about links that wait for an answer. @returns how many got one */
export async function rescreen(storage: Storage, commit: Commit, screen: Screen, limit: number): Promise<number> {
  let answered = 0
  for (const { link, slugKey, urls } of await storage.open.links.pendingScreening(limit)) {
    const { destinationUrl, iosUrl, androidUrl } = link
    const targets = [destinationUrl, iosUrl, androidUrl, ...urls].filter((url) => url !== null)
    const reputation = await screen(targets)
    // The service is still away: the others can wait too.
    if (reputation === 'unknown') break
    await commit(async (storage, changed) => {
      if (!(await storage.open.links.setScreening(link.id, link.updatedAt, reputation))) return
      answered++
      await changed({ kind: 'link', domainId: link.domainId, slug: slugKey })
    })
  }
  return answered
}
