// `@linkwright/conformance`: the suites that every implementation of a port must pass. They run inside vitest.
export { cacheSuite } from './cache.ts'
export { channelSuite } from './channel.ts'
export { journalSuite } from './journal.ts'
export { limiterSuite } from './limiter.ts'
export { type OwnersModel, ownersModel } from './model/index.ts'
export type { Opened, PartCandidate } from './part.ts'
export { type Candidate, storageSuite } from './storage/index.ts'
