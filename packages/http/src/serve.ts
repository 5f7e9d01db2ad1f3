// One fixed order for every dialect: match → authenticate → plan → scope → rate → parse → handle → envelope.
import { type Caller, type Core, hasApi, LinkwrightError, PLANS, parse, type Scope } from '@linkwright/core'
import { z } from 'zod'
import { BODY_LIMIT, checkJsonType, parseJson } from './body.ts'
import type { Brand, Call, Handle, Header, Logger, Reply } from './call.ts'
import type { Context, Contract, Endpoint, Input } from './contract.ts'
import { deprecationHeaders } from './deprecation.ts'
import type { Dialect } from './dialect.ts'
import { type Answer, createIdempotency, fingerprintOf, isLasting, readKey, type Save, scopeOf } from './idempotency.ts'
import { decodeSegment, parseQuery } from './query.ts'
import { rateHeaders, rateLimited, retryAfter } from './rate.ts'
import { createRouter, type Match } from './router.ts'

export interface ServePorts {
  readonly core: Pick<Core, 'storage' | 'limiter' | 'clock' | 'seal'>
  readonly logger: Logger
  /** Makes the id that a reply and its log lines carry. */
  readonly requestId: () => string
  readonly brand: Brand
}

type Parsed = Input<unknown, unknown, unknown> & { readonly bytes: Uint8Array }
type Found = Extract<Match<Endpoint>, { kind: 'found' }>
type Settled = Answer & { readonly replayed?: boolean }

const ALWAYS: readonly Header[] = [
  ['Content-Type', 'application/json; charset=utf-8'],
  ['Cache-Control', 'private, no-store'],
  ['X-Content-Type-Options', 'nosniff'],
]
/** Whoever calls without a credential where none is needed: owns nothing and may do nothing. */
const NOBODY: Caller = {
  owner: { id: '', subject: '' },
  actor: { kind: 'host', id: '', userId: '' },
  scopes: new Set(),
  plan: { ...PLANS.free, name: '', linksPerMonth: 0 },
}
const NO_BODY = new Uint8Array()
const noQuery = z.strictObject({})

/**
 * Serves endpoints below a base path such as `/api/v1`. Everything under it is ours: an unknown path and a wrong method
 * are answered, after the credential. Undefined for every other path.
 */
export function serve(dialect: Dialect, endpoints: readonly Endpoint[], base: string, ports: ServePorts): Handle {
  const { core, logger, brand } = ports
  const router = createRouter(endpoints)
  const idempotency = createIdempotency(core)

  return (call) => (call.path === base || call.path.startsWith(`${base}/`) ? answer(call) : undefined)

  async function answer(call: Call): Promise<Reply> {
    const requestId = ports.requestId()
    const headers: Header[] = [['X-Request-Id', requestId]]
    try {
      return toReply(await exchange(call, headers), headers)
    } catch (error) {
      const known = error instanceof LinkwrightError ? error : new LinkwrightError('INTERNAL')
      if (known !== error) logger.error({ requestId, err: error }, 'A call failed unexpectedly')
      else if (known.cause !== undefined) logger.warn({ requestId, err: known }, 'A call could not be answered')
      return toReply(refuse(known), [...headers, ...(dialect.errors[known.code].headers ?? [])])
    }
  }

  async function exchange(call: Call, headers: Header[]): Promise<Settled> {
    const match = router.match(call.method, call.path.slice(base.length))
    const contract = match.kind === 'found' ? match.route.contract : undefined
    headers.push(...deprecationHeaders(brand, contract?.deprecated ?? dialect.deprecated))
    if (contract !== undefined && !contract.auth) {
      const found = foundOf(match, headers)
      return perform(found.route, NOBODY, await read(call, found))
    }
    const caller = await admit(call, contract?.scope ?? null, headers)
    const found = foundOf(match, headers)
    const input = await read(call, found)
    const key = call.method === 'POST' ? readKey(call) : undefined
    if (key === undefined) return perform(found.route, caller, input)
    const secret = found.route.contract.secret ?? false
    const claim = { scope: scopeOf(caller, call), key, fingerprint: fingerprintOf(input.bytes), secret }
    return idempotency.run(claim, (save) => perform(found.route, caller, input, save).catch(toLasting))
  }

  /** Credential, plan, scope and rate, in this order. */
  async function admit(call: Call, scope: Scope | null, headers: Header[]): Promise<Caller> {
    const caller = await dialect.authenticate(call)
    if (!hasApi(caller.plan)) {
      throw new LinkwrightError('PLAN_REQUIRED', 'The plan does not include API access.')
    }
    if (scope !== null && !caller.scopes.has(scope)) {
      throw new LinkwrightError('INSUFFICIENT_SCOPE', `The token does not carry the scope ${scope}.`)
    }
    const limit = caller.plan.requestsPerMinute
    const verdict = await core.limiter.take(`${caller.actor.kind}:${caller.actor.id}`, limit, core.clock())
    headers.push(...rateHeaders(limit, verdict))
    if (!verdict.allowed) {
      headers.push(['Retry-After', String(verdict.resetSeconds)])
      throw rateLimited(limit, verdict)
    }
    return caller
  }

  async function perform(route: Endpoint, caller: Caller, input: Parsed, save?: Save): Promise<Answer> {
    const finish: Context<unknown>['finish'] =
      save && ((storage, value) => save(storage, settle(route.contract, value)))
    return settle(route.contract, await route.handle({ caller, finish }, input))
  }

  function settle({ status }: Contract, value: unknown): Answer {
    return { status, body: status === 204 ? '' : dialect.ok(value) }
  }

  function refuse(error: LinkwrightError): Answer {
    return { status: dialect.errors[error.code].status, body: dialect.fail(error) }
  }

  /** A failure that is an answer is replayed like one; every other goes its way. */
  function toLasting(error: unknown): Answer {
    if (error instanceof LinkwrightError && isLasting(dialect.errors[error.code].status)) return refuse(error)
    throw error
  }

  function toReply({ status, body, replayed }: Settled, headers: Header[]): Reply {
    if (replayed === true) headers.push(['Idempotent-Replayed', 'true'])
    if ((status === 429 || status === 503) && !headers.some(([name]) => name === 'Retry-After')) {
      headers.push(['Retry-After', retryAfter(status, core.clock())])
    }
    if (status === 204) return { status, headers: [...headers, ...ALWAYS.slice(1)] }
    return { status, headers: [...headers, ...ALWAYS], body }
  }
}

function foundOf(match: Match<Endpoint>, headers: Header[]): Found {
  if (match.kind === 'found') return match
  if (match.kind === 'unknown') throw new LinkwrightError('NOT_FOUND')
  headers.push(['Allow', match.allow.join(', ')])
  throw new LinkwrightError('METHOD_NOT_ALLOWED')
}

/** Body, query and parameters, in the order in which they are judged: 413, 415, 400, 404. */
async function read(call: Call, { route: { contract }, params }: Found): Promise<Parsed> {
  const takesBody = contract.body !== undefined
  const bytes = takesBody || contract.method === 'POST' ? await call.body(BODY_LIMIT) : NO_BODY
  if (takesBody) checkJsonType(call)
  const json = takesBody ? parseJson(bytes) : undefined
  const query = parse(contract.query ?? noQuery, parseQuery(call.query))
  const body = contract.body === undefined ? undefined : parse(contract.body, json)
  const raw = Object.fromEntries([...params].map(([name, segment]) => [name, decodeSegment(segment)]))
  const named = contract.params?.safeParse(raw)
  if (named?.success === false) throw new LinkwrightError('NOT_FOUND')
  return { params: named?.data, query, body, bytes }
}
