// What most commands need: the configuration, an open database of the right schema, and core on top of it.
import { existsSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { type Core, isId, normalizeHost, type Owner, type Storage } from '@linkwright/core'
import type { RedisParts } from '@linkwright/redis'
import { compose, readPlugs, type Stores } from '../compose.ts'
import { type Config, originOf, readConfig } from '../config.ts'
import type { Linkwright } from '../linkwright.ts'
import { createLogger } from '../logger.ts'
import { openDatabase, openRedis } from '../stores.ts'
import { UsageError } from '../values.ts'
import { createOutput, type Output } from './output.ts'

/** How long a command waits for Redis. */
const REDIS_MS = 1_000

export interface Session {
  readonly config: Config
  readonly links: Linkwright
  readonly core: Core
  readonly output: Output
}

/** Opens the database, runs the command, and closes again whatever happens. */
export async function withSession(json: boolean | undefined, work: (session: Session) => Promise<void>): Promise<void> {
  const config = readConfig(process.env)
  const output = createOutput(json === true, (text) => process.stdout.write(text))
  checkFile(config)
  const logger = createLogger('warn', (line) => process.stderr.write(line))
  const plugs = await readPlugs(config, logger)
  const storage = openDatabase(config)
  // Servers may hear of changes by Redis alone, and read links through it.
  const shared = config.redis === undefined ? undefined : openRedis(config.redis)
  let links: Linkwright | undefined
  try {
    await checkSchema(storage)
    if (shared !== undefined) await answers(shared)
    links = compose(config, plugs, { storage, ...partsOf(config, shared) }, logger)
    await work({ config, links, core: links.core, output })
  } finally {
    await (links ?? storage).close()
    await shared?.close()
  }
}

function partsOf({ redis }: Config, shared: RedisParts | undefined): Pick<Stores, 'channel' | 'sharedCache'> {
  if (shared === undefined) return {}
  return redis?.cache ? { channel: shared.channel, sharedCache: shared.cache } : { channel: shared.channel }
}

/** Without Redis the command goes on: what servers keep of a change then ends by its time. */
async function answers(shared: RedisParts): Promise<void> {
  for (const end = Date.now() + REDIS_MS; !shared.healthy() && Date.now() < end; ) await setTimeout(10)
}

/** @throws Error: opening a SQLite file would make it */
function checkFile({ database }: Config): void {
  if (database.engine !== 'sqlite' || existsSync(database.path)) return
  throw new Error(`there is no database at ${database.path}: run "linkwright migrate" first, or set DATABASE_URL`)
}

/** @throws Error saying what to do */
async function checkSchema(storage: Storage): Promise<void> {
  const state = await storage.ready()
  if (state === 'ahead') throw new Error('the database was migrated by a newer version of linkwright: upgrade this one')
  if (state !== 'current') throw new Error('the database is older than this version: run "linkwright migrate" first')
}

/** An id as shown (`usr_01J…`) or bare. */
export function idOf(prefix: string, text: string): string {
  const id = text.startsWith(prefix) ? text.slice(prefix.length) : text
  if (!isId(id)) throw new UsageError(`"${text}" is no ${prefix}… id`)
  return id
}

export async function ownerOf({ core }: Session, user: string): Promise<{ userId: string; owner: Owner }> {
  const userId = idOf('usr_', user)
  return { userId, owner: await core.accounts.ownerOf(userId) }
}

export function wholeNumber(name: string): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d{1,15}$/.test(text)) throw new UsageError(`${name} must be a whole number, 0 or more`)
    return value
  }
}

/** A link by id (`lnk_01J…`), slug, or address (`go.example.com/promo`, with or without https://), and whose it is. */
export async function linkOf({ core, config }: Session, text: string): Promise<{ id: string; owner: Owner }> {
  const bare = text.startsWith('lnk_') ? text.slice(4) : text
  const id = isId(bare) ? bare : await idAt(core, config, text)
  const owner = id === undefined ? undefined : await core.storage.open.links.ownerOf(id)
  if (id === undefined || owner === undefined) throw new Error(`there is no link ${text}`)
  return { id, owner }
}

async function idAt({ storage }: Core, config: Config, text: string): Promise<string | undefined> {
  const [host, slug] = text.replace(/^https?:\/\//, '').split('/')
  if (host === undefined || slug === undefined) return (await storage.open.snapshots.get(null, text))?.link.id
  const domain = await storage.open.domains.byHost(normalizeHost(host))
  if (domain === undefined && originOf(config) !== `${new URL(originOf(config)).protocol}//${host}`) return undefined
  const key = domain === undefined || domain.caseSensitive ? slug : slug.toLowerCase()
  return (await storage.open.snapshots.get(domain?.id ?? null, key))?.link.id
}
