// From the standalone configuration to an instance: the plugs that the environment asks for.
import { dirname } from 'node:path'
import type { Screen } from '@linkwright/core'
import type { Logger } from '@linkwright/http'
import { type Config, originOf } from './config.ts'
import { type Linkwright, linkwright } from './linkwright.ts'
import type { LinkwrightOptions } from './options.ts'
import { allOf, blocklist, countryFromMmdb, noCountry, safeBrowsing } from './ports/index.ts'
import { readSecret, requireSecret } from './secret.ts'

/** What the environment plugs in, read and found usable. */
export interface Plugs {
  readonly screen: Screen
  readonly lookup: (ip: string) => string | null
}

/** First path segments that the server itself serves. */
const ROUTES = ['healthz', 'readyz']

/**
 * Judges all that can be wrong with the environment; nothing is opened or made before that.
 * @throws Error in one line, naming the variable whose file or value cannot be used
 */
export async function readPlugs(config: Config, logger: Logger): Promise<Plugs> {
  requireSecret(config.secret, config.production)
  const { geoipDb } = config
  return {
    screen: await readScreen(config, logger),
    lookup: geoipDb === undefined ? noCountry.lookup : await countryFromMmdb(geoipDb),
  }
}

/** What an instance works on. Without a journal clicks are kept in memory. */
export type Stores = Pick<LinkwrightOptions, 'storage' | 'limits' | 'channel' | 'sharedCache' | 'journal'>

/** @param stores open: the secret that is made for development lies beside the data */
export function compose(config: Config, { screen, lookup }: Plugs, stores: Stores, logger: Logger): Linkwright {
  const { countryHeader, profile, clicks } = config
  const secret = readSecret(config.secret, config.production, dataFolder(config))
  return linkwright({
    origin: originOf(config),
    ...stores,
    spool: false,
    ...(clicks.retentionDays === undefined ? {} : { clickRetentionDays: clicks.retentionDays }),
    secret,
    plans: config.plans,
    reserved: ROUTES,
    keyProfile: profile,
    // A slow hash cannot be searched by; its look-up column is keyed.
    ...(profile.hash === 'slow' ? { tokenPepper: secret } : {}),
    screen,
    country: { header: countryHeader ?? null, lookup },
    brand: { tokenPrefix: profile.prefix },
    standalone: true,
    logger,
  })
}

/** Beside the SQLite file, or else where clicks wait. */
function dataFolder({ database, clicks }: Config): string {
  return dirname(database.engine === 'sqlite' ? database.path : dirname(clicks.spool.folder))
}

async function readScreen({ blocklistFile, safeBrowsing: service }: Config, logger: Logger): Promise<Screen> {
  const screens: Screen[] = []
  if (blocklistFile !== undefined) {
    screens.push(await blocklist(blocklistFile, { warn: (text) => logger.warn({}, text) }))
  }
  if (service !== undefined) {
    const { apiKey, url } = service
    const warn = (text: string) => logger.warn({}, text)
    screens.push(safeBrowsing({ apiKey, warn, ...(url === undefined ? {} : { url }) }))
  }
  return allOf(...screens)
}
