// From the standalone configuration to an instance: the plugs that the environment asks for.
import type { Screen, Storage } from '@linkwright/core'
import type { Logger } from '@linkwright/http'
import { type Config, originOf } from './config.ts'
import { type Linkwright, linkwright } from './linkwright.ts'
import { allOf, blocklist, countryFromMmdb, noCountry, safeBrowsing } from './ports/index.ts'
import { readSecret } from './secret.ts'

/** First path segments that the server itself serves. */
const ROUTES = ['healthz', 'readyz']

/** @throws Error in one line, naming the variable whose file or value cannot be used */
export async function compose(config: Config, storage: Storage, logger: Logger): Promise<Linkwright> {
  const { geoipDb, countryHeader, profile } = config
  const secret = readSecret(config.secret, config.production, config.database)
  return linkwright({
    origin: originOf(config),
    storage,
    secret,
    plans: config.plans,
    reserved: ROUTES,
    keyProfile: profile,
    // A slow hash cannot be searched by; its look-up column is keyed.
    ...(profile.hash === 'slow' ? { tokenPepper: secret } : {}),
    screen: await readScreen(config, logger),
    country: {
      header: countryHeader ?? null,
      lookup: geoipDb === undefined ? noCountry.lookup : await countryFromMmdb(geoipDb),
    },
    brand: { tokenPrefix: profile.prefix },
    standalone: true,
    logger,
  })
}

async function readScreen({ blocklistFile, safeBrowsing: service }: Config, logger: Logger): Promise<Screen> {
  const screens: Screen[] = []
  if (blocklistFile !== undefined) {
    screens.push(await blocklist(blocklistFile, { warn: (text) => logger.warn({}, text) }))
  }
  if (service !== undefined) {
    const { apiKey, url } = service
    screens.push(safeBrowsing({ apiKey, ...(url === undefined ? {} : { url }) }))
  }
  return allOf(...screens)
}
