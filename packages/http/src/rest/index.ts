// `@linkwright/http/rest`: the REST contract, version 1.
import type { Core } from '@linkwright/core'
import { z } from 'zod'
import type { Handle } from '../call.ts'
import { type Contract, contract, type Endpoint, endpoint } from '../contract.ts'
import { describe, type OpenApiDocument } from '../openapi.ts'
import { type ServePorts, serve } from '../serve.ts'
import { createRestDialect, type RestDialectOptions, restSpeech } from './dialect.ts'
import { domainContracts, domainEndpoints } from './domains.ts'
import { linkContracts, linkEndpoints } from './links.ts'
import { meContracts, meEndpoints } from './me.ts'
import { ruleContracts, ruleEndpoints } from './rules.ts'
import { visitContracts, visitEndpoints } from './visits.ts'

export { createRestDialect, type RestDialectOptions } from './dialect.ts'
export { presentDomain } from './domains.ts'

export interface RestOptions extends RestDialectOptions, Omit<ServePorts, 'core'> {
  readonly core: Core
  /** Where the contract is mounted; `/api/v1` by default. */
  readonly base?: string | undefined
  /** What the documentation calls the service. */
  readonly title?: string | undefined
}

export const REST_BASE = '/api/v1'

const getOpenApi = contract({
  name: 'getOpenApi',
  method: 'GET',
  path: '/openapi.json',
  auth: false,
  scope: null,
  output: z.record(z.string(), z.unknown()),
  status: 200,
  errors: [],
  summary: 'This document',
})

/** Every operation of the contract, by name. */
export const restContracts = {
  ...meContracts,
  ...linkContracts,
  ...ruleContracts,
  ...visitContracts,
  ...domainContracts,
  getOpenApi,
}

/** The REST contract as a handle: everything below its base path is its own. */
export function createRest(options: RestOptions): Handle {
  const { core, base = REST_BASE, title, logger, requestId, brand, deprecated } = options
  let document: OpenApiDocument | undefined
  const documentation = endpoint(getOpenApi, () => {
    document ??= describeRest({ base, title, deprecated })
    return document
  })
  return serve(createRestDialect(options), [...restEndpoints(core), documentation], base, {
    core,
    logger,
    requestId,
    brand,
  })
}

/** The contract's operations, to be called with a caller: what `createRest` serves, and what works without HTTP. */
export function restEndpoints(core: Core): readonly Endpoint[] {
  return [
    ...meEndpoints(),
    ...linkEndpoints(core),
    ...ruleEndpoints(core),
    ...visitEndpoints(core),
    ...domainEndpoints(core),
  ]
}

/** The contract as an OpenAPI 3.1 document. `base` is where it is served: a path, or a whole URL. */
export function describeRest(
  options: Partial<Pick<RestOptions, 'base' | 'title' | 'deprecated'>> = {},
): OpenApiDocument {
  const { base = REST_BASE, title = 'Linkwright', deprecated } = options
  const contracts: readonly Contract[] = Object.values(restContracts)
  return describe({ ...restSpeech, deprecated }, contracts, { title: `${title} REST API`, version: '1', base })
}
