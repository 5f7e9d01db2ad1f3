// `@linkwright/http`: the contract kernel, the redirect door and node:http. Each dialect is a subpath of its own.
export { BRAND, type Brand, type Call, type Handle, type Header, type Logger, type Reply } from './call.ts'
export {
  type Context,
  type Contract,
  contract,
  type Deprecation,
  type Endpoint,
  endpoint,
  errorsOf,
  finishWith,
  type Input,
  type Method,
} from './contract.ts'
export type { Dialect, ErrorAnswer, Speech } from './dialect.ts'
export type { Host, HostIdentity } from './host.ts'
export { createListener, type Listener, type NodeOptions, toNode } from './node.ts'
export { type DocumentOptions, describe, type OpenApiDocument } from './openapi.ts'
export { chooseLanguage, PAGE_LANGUAGES, type Page, type PageKind, renderPage } from './pages.ts'
export { presentId, presentOptionalTime, presentTime, readId, wireId } from './present.ts'
export { createDoor, type DoorOptions } from './redirect.ts'
export { type ServePorts, serve } from './serve.ts'
export { createTrust, type Peer, type Trust } from './trust.ts'
