// Acting for an owner without HTTP: the REST contract's own operations, called as functions.
import {
  type Actor,
  type Caller,
  type Core,
  isScope,
  LinkwrightError,
  type Owner,
  PLANS,
  type Plan,
  type Plans,
  parse,
  SCOPES,
} from '@linkwright/core'
import type { Contract } from '@linkwright/http'
import { restContracts, restEndpoints } from '@linkwright/http/rest'
import type { z } from 'zod'
import type { AsOptions, LinkwrightOptions, OwnerLike } from './options.ts'

type Operations = typeof restContracts
type Part<C, K extends 'params' | 'query' | 'body'> = C extends { readonly [P in K]?: infer S extends z.ZodType }
  ? z.input<S>
  : undefined
type Output<C> = C extends { readonly output: infer S extends z.ZodType } ? z.output<S> : never
type Body<N extends keyof Operations> = Part<Operations[N], 'body'>
type Query<N extends keyof Operations> = Part<Operations[N], 'query'>
type Result<N extends keyof Operations> = Promise<Output<Operations[N]>>

/** What may be done for one owner. Inputs, outputs and errors are those of the REST contract. */
export interface Facade {
  readonly links: {
    create(body: Body<'createLink'>): Result<'createLink'>
    get(id: string): Result<'getLink'>
    list(query?: Query<'listLinks'>): Result<'listLinks'>
    update(id: string, body: Body<'updateLink'>): Result<'updateLink'>
    delete(id: string): Promise<void>
    stats(id: string, query?: Query<'getStats'>): Result<'getStats'>
    preview(id: string, body?: Body<'previewLink'>): Result<'previewLink'>
    sign(id: string, body: Body<'signLink'>): Result<'signLink'>
  }
  readonly rules: {
    create(linkId: string, body: Body<'createRule'>): Result<'createRule'>
    list(linkId: string): Result<'listRules'>
    order(linkId: string, ruleIds: string[]): Result<'orderRules'>
    update(id: string, body: Body<'updateRule'>): Result<'updateRule'>
    delete(id: string): Promise<void>
  }
  readonly domains: { list(query?: Query<'listDomains'>): Result<'listDomains'> }
  me(): Result<'getMe'>
}

interface Given {
  readonly id?: string
  readonly query?: unknown
  readonly body?: unknown
}

export function createActing(core: Core, { host }: Pick<LinkwrightOptions, 'host'>) {
  const endpoints = new Map(restEndpoints(core).map((endpoint) => [endpoint.contract, endpoint]))

  return (ownerLike: OwnerLike, options: AsOptions = {}): Facade => {
    const owner: Owner = typeof ownerLike === 'string' ? { id: ownerLike, subject: ownerLike } : ownerLike
    const run = async <N extends keyof Operations>(name: N, { id, query, body }: Given = {}): Result<N> => {
      const contract: Contract = restContracts[name]
      const acting = await readCaller(core, host, owner, options)
      if (contract.scope !== null && !acting.scopes.has(contract.scope)) throw new LinkwrightError('INSUFFICIENT_SCOPE')
      const input = {
        params: contract.params && parse(contract.params, { id }),
        query: contract.query && parse(contract.query, query ?? {}),
        body: contract.body && parse(contract.body, body ?? {}),
      }
      return (await endpoints.get(contract)!.handle({ caller: acting, finish: undefined }, input)) as Output<
        Operations[N]
      >
    }

    return {
      links: {
        create: (body) => run('createLink', { body }),
        get: (id) => run('getLink', { id }),
        list: (query) => run('listLinks', { query }),
        update: (id, body) => run('updateLink', { id, body }),
        delete: (id) => run('deleteLink', { id }),
        stats: (id, query) => run('getStats', { id, query }),
        preview: (id, body) => run('previewLink', { id, body }),
        sign: (id, body) => run('signLink', { id, body }),
      },
      rules: {
        create: (id, body) => run('createRule', { id, body }),
        list: (id) => run('listRules', { id }),
        order: (id, ruleIds) => run('orderRules', { id, body: { ruleIds } }),
        update: (id, body) => run('updateRule', { id, body }),
        delete: (id) => run('deleteRule', { id }),
      },
      domains: { list: (query) => run('listDomains', { query }) },
      me: () => run('getMe'),
    }
  }
}

/** The owner's row is made here, so that a host may name owners as it pleases. */
async function readCaller(
  core: Core,
  host: LinkwrightOptions['host'],
  owner: Owner,
  options: AsOptions,
): Promise<Caller> {
  const scopes = options.scopes ?? SCOPES
  const unknown = scopes.find((scope) => !isScope(scope))
  if (unknown !== undefined) throw new Error(`linkwright: "${unknown}" is no scope; there are ${SCOPES.join(', ')}`)
  await core.accounts.ensure(owner)
  const id = options.actor ?? owner.id
  const actor: Actor = { kind: 'host', id, userId: id }
  return {
    owner,
    actor,
    scopes: new Set(scopes.filter(isScope)),
    plan: await readPlan(core.plans, host, owner, options.plan),
  }
}

async function readPlan(
  plans: Plans,
  host: LinkwrightOptions['host'],
  owner: Owner,
  plan: AsOptions['plan'],
): Promise<Plan> {
  if (typeof plan === 'object') return plan
  if (plan === undefined) return host === undefined ? PLANS.premium : host.plan(owner)
  if (!Object.hasOwn(plans, plan)) throw new Error(`linkwright: there is no plan "${plan}"`)
  return plans[plan]!
}
