// What core leaves to its host: user agents, countries, reputation and slow hashes.
export { type AgentOptions, createAgent } from './agent.ts'
export { type Argon2Options, argon2id } from './argon2.ts'
export { type BlocklistOptions, blocklist } from './blocklist.ts'
export { countryFromMmdb, noCountry } from './country.ts'
export { type SafeBrowsingOptions, safeBrowsing } from './safe-browsing.ts'
export { allOf } from './screens.ts'
