// How the REST contract speaks: bearer tokens, bare resources, and `{ error, code, details? }`.
import {
  type Caller,
  type Core,
  ERRORS,
  LinkwrightError,
  type MaybePromise,
  type Owner,
  type Plan,
} from '@linkwright/core'
import type { Call, Header } from '../call.ts'
import type { Deprecation } from '../contract.ts'
import type { Dialect, Speech } from '../dialect.ts'
import { createHostCaller, type Host, type HostCaller } from '../host.ts'

export interface RestDialectOptions {
  readonly core: Pick<Core, 'tokens' | 'accounts'>
  /** The plan of a token's owner; `name` is the plan on file for its user, null for a host's user. */
  readonly plan: (owner: Owner, name: string | null) => MaybePromise<Plan>
  readonly host?: Host | undefined
  /** Other origins whose pages may call with the host's cookie. */
  readonly origins?: readonly string[] | undefined
  readonly deprecated?: Deprecation | undefined
}

const SCHEME = 'Bearer '

export function createRestDialect(options: RestDialectOptions): Dialect {
  const { core, host, origins = [] } = options
  const asHost: HostCaller = host === undefined ? async () => null : createHostCaller(core, host, origins)

  return {
    async authenticate(call) {
      const text = readBearer(call)
      if (text !== null && core.tokens.isOurs(text)) {
        const caller = await verify(text)
        // A session beside the token would be a second credential: it is never guessed which one is meant.
        if (host !== undefined && call.header('cookie') !== undefined && (await host.identify(call)) !== null) {
          throw new LinkwrightError('INVALID_TOKEN', 'The call carries two different credentials.')
        }
        return caller
      }
      const caller = await asHost(call)
      if (caller !== null) return caller
      throw new LinkwrightError(text === null ? 'UNAUTHENTICATED' : 'INVALID_TOKEN')
    },

    ok: (value) => JSON.stringify(value),
    fail: ({ message, code, details }) => JSON.stringify({ error: message, code, details }),
    ...restSpeech,
    deprecated: options.deprecated,
  }

  async function verify(text: string): Promise<Caller> {
    const onFile = await core.tokens.verify(text)
    if (onFile === undefined) throw new LinkwrightError('INVALID_TOKEN')
    const { token, owner } = onFile
    return {
      owner,
      actor: { kind: 'token', id: token.id, userId: token.userId },
      scopes: new Set(token.scopes),
      plan: await options.plan(owner, onFile.plan),
    }
  }
}

/** The text after `Bearer` and exactly one space; null when no credential was sent this way. */
function readBearer(call: Call): string | null {
  const values = call.values('authorization')
  if (values.length === 0) return null
  const text = values.length === 1 && values[0]!.startsWith(SCHEME) ? values[0]!.slice(SCHEME.length) : ''
  if (!/^[\x21-\x7e]+$/.test(text)) throw new LinkwrightError('INVALID_TOKEN')
  return text
}

/** What standard clients read (RFC 6750, section 3). */
const challenge = (error: string): readonly Header[] => [['WWW-Authenticate', `Bearer${error}`]]

const errors: Speech['errors'] = {
  UNAUTHENTICATED: { status: 401, headers: challenge('') },
  INVALID_TOKEN: { status: 401, headers: challenge(' error="invalid_token"') },
  PLAN_REQUIRED: { status: 403 },
  INSUFFICIENT_SCOPE: { status: 403, headers: challenge(' error="insufficient_scope"') },
  NOT_FOUND: { status: 404 },
  METHOD_NOT_ALLOWED: { status: 405 },
  INVALID_JSON: { status: 400 },
  VALIDATION_ERROR: { status: 400 },
  INVALID_SLUG: { status: 400 },
  INVALID_RULE: { status: 400 },
  URL_FLAGGED: { status: 422 },
  SLUG_TAKEN: { status: 409 },
  DOMAIN_NOT_FOUND: { status: 404 },
  DOMAIN_NOT_VERIFIED: { status: 409 },
  PLAN_LIMIT_EXCEEDED: { status: 429 },
  RATE_LIMITED: { status: 429 },
  PAYLOAD_TOO_LARGE: { status: 413 },
  UNSUPPORTED_MEDIA_TYPE: { status: 415 },
  IDEMPOTENCY_MISMATCH: { status: 409 },
  IDEMPOTENCY_IN_PROGRESS: { status: 409 },
  UNAVAILABLE: { status: 503 },
  INTERNAL: { status: 500 },
}

const failure = {
  type: 'object',
  required: ['error', 'code'],
  properties: {
    error: { type: 'string', description: 'For people.' },
    code: { type: 'string', enum: Object.keys(ERRORS), description: 'For programs.' },
    details: {
      type: 'array',
      description: 'Everything that is wrong with the input.',
      items: {
        type: 'object',
        required: ['path', 'message'],
        properties: { path: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
}

export const restSpeech: Speech = {
  errors,
  failure,
  example: (code) => ({ error: ERRORS[code], code }),
  security: { type: 'http', scheme: 'bearer', description: 'An API token: `Authorization: Bearer <token>`.' },
}
