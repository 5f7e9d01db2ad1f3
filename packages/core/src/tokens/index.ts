// `@linkwright/core/tokens`: the form of API tokens, without a store.

export { checksum, checkToken, displayPrefix, formatToken, hashToken } from './format.ts'
export { bodyLength, defaultProfile, KEY_PROFILES, type KeyProfile, topsnappProfile } from './profile.ts'
