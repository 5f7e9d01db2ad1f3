// One of several processes on a database, which is a file or a URL: says `ready`, waits until its input ends, and prints what it found.
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { setTimeout } from 'node:timers/promises'
import { linkRow, OWNER } from '@linkwright/conformance/sample'
import { SlugTaken, type Storage } from '@linkwright/core'
import { MIGRATIONS, migrate } from '../src/migrations/migrate.ts'
import type { File } from '../src/sqlite/file.ts'
import { placeAt } from '../src/test-places.ts'

const TIMES = 100
const HELD_MS = 150

export const tasks = {
  /** Opens and migrates; gives the names of the migrations that it ran. */
  async migrate(place: string) {
    await start()
    const storage = placeAt(place).open()
    const { applied } = await storage.migrate()
    await storage.close()
    return applied
  },

  /** Hears of changes, closes, and has nothing else to do. */
  async watchAndClose(place: string) {
    await start()
    const storage = placeAt(place).open()
    await storage.migrate()
    const watch = storage.watch(() => {})
    while (!watch.healthy()) await setTimeout(10)
    await Promise.all(Array.from({ length: 5 }, () => storage.open.domains.byHost('none.example')))
    watch.stop()
    await storage.close()
    return 'closed'
  },

  /** Is killed when half of the first migration's statements have run. */
  async dieMigrating(place: string) {
    const { db, engine } = placeAt(place).connect()
    await start()
    const [first] = MIGRATIONS
    const fatal = {
      name: first!.name,
      *statements() {
        const all = [...first!.statements(engine)]
        yield* all.slice(0, all.length / 2)
        process.kill(process.pid, 'SIGKILL')
      },
    }
    return migrate(db, engine, [fatal])
  },

  /** Keeps a new file reserved for writing, in the mode that files are made in, for a moment after a second file says so. */
  async reserveFile(path: string) {
    const Database = createRequire(import.meta.url)('better-sqlite3') as new (path: string) => File
    const file = new Database(path)
    file.prepare('begin immediate').run([])
    await start()
    writeFileSync(`${path}.reserved`, '')
    await setTimeout(HELD_MS)
    file.close()
  },

  /** Asks for the last place often; gives how often it got one. */
  async reserve(place: string, limit: string) {
    return countTimes(place, async (storage) => {
      return (await storage.of(OWNER).usage.reserve('links', '2026-11', Number(limit), 1)) !== null
    })
  },

  /** Claims a click often; gives how often it got one. */
  async claim(place: string, linkId: string) {
    return countTimes(place, (storage) => storage.open.links.claimClick(linkId))
  },

  /** Adds rules to one link often, in transactions that do more; gives how many were added. */
  async append(place: string, linkId: string, cap: string) {
    return countTimes(place, (storage, time) =>
      storage.transaction(async (storage) => {
        await storage.of(OWNER).usage.read('links', '2026-11')
        const rule = {
          id: `${process.pid}-${time}`,
          linkId,
          redirectUrl: 'https://example.com/',
          createdAt: 1,
          updatedAt: 1,
        }
        const leaf = { field: 'device', operator: 'equals', value: 'mobile', conditions: null } as const
        return typeof (await storage.of(OWNER).rules.append({ ...rule, ...leaf }, Number(cap))) === 'object'
      }),
    )
  },

  /** Takes a number of slugs that the others want too; gives how many it got. */
  async insert(place: string) {
    return countTimes(place, async (storage, time) => {
      const link = linkRow({ id: `${process.pid}-${time}`, slug: `slug-${time}` })
      try {
        await storage.of(OWNER).links.insert({ link, slugKey: link.slug, tombstonesSince: 0 })
        return true
      } catch (error) {
        if (error instanceof SlugTaken) return false
        throw error
      }
    })
  },
}

async function countTimes(
  place: string,
  attempt: (storage: Storage, time: number) => Promise<boolean>,
): Promise<number> {
  const storage = placeAt(place).open()
  await start()
  let count = 0
  for (let time = 0; time < TIMES; time++) if (await attempt(storage, time)) count++
  await storage.close()
  return count
}

async function start(): Promise<void> {
  console.log('ready')
  process.stdin.resume()
  await once(process.stdin, 'end')
}

function isTask(name: string | undefined): name is keyof typeof tasks {
  return name !== undefined && Object.hasOwn(tasks, name)
}

const [task, place = '', ...args] = process.argv.slice(2)
if (isTask(task)) {
  const run: (...args: [string, string, string]) => Promise<unknown> = tasks[task]
  console.log(JSON.stringify((await run(place, args[0] ?? '', args[1] ?? '')) ?? null))
}
