// `@linkwright/conformance`: the suites that every Linkwright storage must pass. They run inside vitest.
export { type OwnersModel, ownersModel } from './model/index.ts'
export { type Candidate, storageSuite } from './storage/index.ts'
