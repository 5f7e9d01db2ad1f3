// OpenAPI 3.1 from the same declarations that route and validate: what is documented is what is served.
import { ERRORS, type ErrorCode } from '@linkwright/core'
import { z } from 'zod'
import { type Contract, errorsOf } from './contract.ts'
import type { Speech } from './dialect.ts'

export interface DocumentOptions {
  readonly title: string
  readonly version: string
  readonly description?: string
  /** Where the contract is served: a base path, or a whole URL. */
  readonly base: string
}

export interface OpenApiDocument {
  readonly openapi: '3.1.1'
  readonly [part: string]: unknown
}

type Json = Readonly<Record<string, unknown>>

/** Every reply carries this one; it is what to tell support. */
const REQUEST_ID = { 'X-Request-Id': { description: 'Names this exchange.', schema: { type: 'string' } } }
const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  description: 'Makes the call safe to repeat for 24 hours: the same key gives the same answer.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
}

export function describe(speech: Speech, contracts: readonly Contract[], options: DocumentOptions): OpenApiDocument {
  const { base, ...info } = options
  const schemas: Record<string, unknown> = { Error: speech.failure }
  const paths: Record<string, Record<string, unknown>> = {}
  for (const contract of contracts) {
    const path = contract.path.replaceAll(/:(\w+)/g, '{$1}')
    const operations = paths[path] ?? {}
    operations[contract.method.toLowerCase()] = operationOf(speech, contract, schemas)
    paths[path] = operations
  }
  return {
    openapi: '3.1.1',
    info,
    servers: [{ url: base }],
    paths,
    components: { schemas, securitySchemes: { credential: speech.security } },
  }
}

function operationOf(speech: Speech, contract: Contract, schemas: Record<string, unknown>): Json {
  const { body, scope, example } = contract
  const parameters = [
    ...parametersOf(contract.params, 'path', schemas),
    ...parametersOf(contract.query, 'query', schemas),
    ...(contract.auth && contract.method === 'POST' ? [IDEMPOTENCY_KEY] : []),
  ]
  return {
    operationId: contract.name,
    summary: contract.summary,
    description: needsOf(contract),
    ...(scope === null ? {} : { 'x-required-scope': scope }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: jsonContent(jsonSchema(body, 'input', schemas), example?.body) } }),
    responses: { [contract.status]: successOf(contract, schemas), ...failuresOf(speech, contract) },
    security: contract.auth ? [{ credential: [] }] : [],
    ...(contract.deprecated === undefined && speech.deprecated === undefined ? {} : { deprecated: true }),
  }
}

function needsOf({ auth, scope }: Contract): string {
  if (!auth) return 'Needs no credential.'
  return scope === null ? 'Needs a credential with any scope.' : `Needs the scope \`${scope}\`.`
}

function parametersOf(
  schema: z.ZodType | undefined,
  place: 'path' | 'query',
  schemas: Record<string, unknown>,
): Json[] {
  if (schema === undefined) return []
  const { properties = {}, required = [] } = jsonSchema(schema, 'input', schemas) as {
    properties?: Readonly<Record<string, Json>>
    required?: readonly string[]
  }
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema,
  }))
}

function successOf(contract: Contract, schemas: Record<string, unknown>): Json {
  if (contract.status === 204) return { description: 'Done; there is no body.', headers: REQUEST_ID }
  const schema = jsonSchema(contract.output, 'output', schemas)
  return {
    description: contract.status === 201 ? 'Created.' : 'Success.',
    headers: REQUEST_ID,
    content: jsonContent(schema, contract.example?.output),
  }
}

/** One response a status; the codes that share it are listed, each with an example. */
function failuresOf(speech: Speech, contract: Contract): Json {
  const byStatus = new Map<number, ErrorCode[]>()
  for (const code of errorsOf(contract)) {
    const { status } = speech.errors[code]
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  const responses = [...byStatus].map(([status, codes]) => [
    status,
    {
      description: codes.map((code) => `\`${code}\`: ${ERRORS[code]}`).join('\n\n'),
      headers: REQUEST_ID,
      content: {
        'application/json': {
          schema: { $ref: '#/components/schemas/Error' },
          examples: Object.fromEntries(codes.map((code) => [code, { value: speech.example(code) }])),
        },
      },
    },
  ])
  return Object.fromEntries(responses)
}

function jsonContent(schema: Json, example: unknown): Json {
  return { 'application/json': { schema, ...(example === undefined ? {} : { example }) } }
}

/** Zod writes JSON Schema 2020-12, which is OpenAPI 3.1's own; named parts move to the document's components. */
function jsonSchema(schema: z.ZodType, io: 'input' | 'output', schemas: Record<string, unknown>): Json {
  const { $schema: _, $defs, ...written } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  for (const [name, part] of Object.entries($defs ?? {})) {
    const { id: _, ...named } = part
    schemas[name] = relink(named)
  }
  return relink(written) as Json
}

function relink(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(relink)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) =>
      key === '$ref' && typeof part === 'string'
        ? [key, part.replace('#/$defs/', '#/components/schemas/')]
        : [key, relink(part)],
    ),
  )
}
