// The document is valid OpenAPI 3.1, complete, and its examples are true.
import { ERRORS } from '@linkwright/core'
import { Validator } from '@seriousme/openapi-schema-validator'
import { beforeAll, describe, expect, test } from 'vitest'
import { createWorld } from '../test/world.ts'
import { errorsOf } from './contract.ts'
import { describeRest, restContracts } from './rest/index.ts'

type Json = Readonly<Record<string, never>>
let document: { paths: Record<string, Record<string, Json>>; [part: string]: unknown }
const contracts = Object.values(restContracts)

beforeAll(async () => {
  const world = await createWorld()
  const reply = await world.call(null, 'GET', '/openapi.json')
  expect(reply.status).toBe(200)
  document = reply.json
})

describe('the document', () => {
  test('is what describeRest gives, and valid', async () => {
    expect(document).toEqual(JSON.parse(JSON.stringify(describeRest())))
    const validator = new Validator()
    const result = await validator.validate(structuredClone(document))
    expect(result).toMatchObject({ valid: true })
    expect(validator.version).toBe('3.1')
  })

  test('has every operation once, with its scope', () => {
    const operations = Object.values(document.paths).flatMap((item) => Object.values(item))
    expect(operations.map(({ operationId }) => operationId).sort()).toEqual(Object.keys(restContracts).sort())
    for (const { name, method, path, scope } of contracts) {
      expect(restContracts).toHaveProperty(name)
      const operation = document.paths[path.replace(':id', '{id}')]![method.toLowerCase()]!
      expect(operation.operationId).toBe(name)
      expect(operation['x-required-scope']).toBe(scope ?? undefined)
      if (scope !== null) expect(operation.description).toContain(scope)
    }
  })

  test('points only to what is there', () => {
    const text = JSON.stringify(document)
    expect(text).not.toContain('$defs')
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      expect(document).toHaveProperty(['components', 'schemas', name!])
    }
  })

  test('says where it is served', () => {
    expect(describeRest({ base: 'https://x.example/api/v1', title: 'X' })).toMatchObject({
      servers: [{ url: 'https://x.example/api/v1' }],
      info: { title: 'X REST API' },
    })
  })
})

describe('contracts', () => {
  test('together name every error but the two of routing', () => {
    const named = new Set(contracts.flatMap((contract) => errorsOf(contract)))
    expect(Object.keys(ERRORS).filter((code) => !named.has(code as keyof typeof ERRORS))).toEqual([
      'METHOD_NOT_ALLOWED',
    ])
  })

  test.each(contracts.map((contract) => [contract.name, contract] as const))('%s has true examples', (_, contract) => {
    const { body, output, example } = contract as typeof contract & { body?: typeof contract.output }
    if (example === undefined) return
    const parts = example as { body?: unknown; output?: unknown }
    if (parts.body !== undefined) expect(body!.safeParse(parts.body)).toMatchObject({ success: true })
    if (parts.output !== undefined) expect(output.safeParse(parts.output)).toMatchObject({ success: true })
  })
})
