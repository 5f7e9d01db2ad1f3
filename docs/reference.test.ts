// The HTTP reference against the contracts: endpoints, scopes, statuses, fields, limits and errors; and all samples.
import { describe, expect, test } from 'vitest'
import { ERRORS } from '../packages/core/src/index.ts'
import { describeRest, restContracts } from '../packages/http/src/rest/index.ts'
import { blocksOf, PAGES, sectionOf, tableOf } from './pages.ts'

const PAGE = 'docs/http-reference.md'

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[]
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: Schema } } }
}
interface Schema {
  readonly properties?: Readonly<Record<string, object>>
  readonly required?: readonly string[]
}

const paths = describeRest().paths as Readonly<Record<string, Readonly<Record<string, Operation>>>>
const contracts = Object.values(restContracts)

test('the reference has every endpoint, and no other', () => {
  const headings = sectionOf(PAGE, '# HTTP reference').match(/^### `.+`$/gm)
  expect(headings?.sort()).toEqual(contracts.map(({ method, path }) => `### \`${method} ${path}\``).sort())
})

describe.each(contracts)('$method $path', (contract) => {
  const { method, path, scope, status, params, errors } = contract
  const section = sectionOf(PAGE, `### \`${method} ${path}\``)
  const operation = paths[path.replaceAll(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()]

  test('scope and status', () => {
    const [, told] = /^Scope: (`[\w:]+`|any|none)/m.exec(section) ?? []
    expect(told).toBe(scope === null ? (contract.auth ? 'any' : 'none') : `\`${scope}\``)
    expect(/Answers (\d+)/.exec(section)?.[1]).toBe(String(status))
  })

  test('fields and query', () => {
    const schema = operation?.requestBody?.content['application/json'].schema
    const query = operation?.parameters?.filter((one) => one.in === 'query').map(({ name }) => name) ?? []
    const rows = tableOf(section)
    const kind = rows[0]?.[0]
    expect(rows.slice(1).map(([name]) => name)).toEqual(schema ? Object.keys(schema.properties ?? {}) : query)
    expect(kind).toBe(schema ? 'field' : query.length > 0 ? 'query' : undefined)
    if (rows[0]?.[1] !== 'required' || schema?.required === undefined) return
    const required = rows.slice(1).filter(([, required]) => required === 'yes')
    expect(required.map(([name]) => name)).toEqual(schema.required)
  })

  test('errors', () => {
    const [, line = ''] = /^Errors: (.+)$/m.exec(section) ?? []
    const told = [...line.matchAll(/`(\w+)`/g)].map(([, code]) => code)
    expect(told.sort()).toEqual([...(params === undefined ? [] : ['NOT_FOUND']), ...errors].sort())
  })
})

describe('samples of requests and replies', () => {
  const samples = PAGES.flatMap(blocksOf).filter(({ info }) => info.startsWith('json'))

  test('are many', () => {
    expect(samples.length).toBeGreaterThan(15)
  })

  test.each(samples.map((sample) => [sample.place, sample] as const))('%s', (_, { info, text }) => {
    const [, name, part] = info.split(' ')
    const value: unknown = JSON.parse(text)
    if (name === undefined) return
    if (name === 'error') {
      const { code, error, ...rest } = value as { code: string; error: string }
      expect([Object.hasOwn(ERRORS, code), typeof error, Object.keys(rest).filter((key) => key !== 'details')]).toEqual(
        [true, 'string', []],
      )
      return
    }
    const contract = contracts.find((one) => one.name === name)
    const schema = part === 'body' ? contract?.body : contract?.output
    const read = schema?.safeParse(value)
    expect(read?.error).toBeUndefined()
    // Schemas of replies drop what they do not know: a sample with more than the schema comes back smaller.
    if (part === undefined) expect(read?.data).toEqual(value)
    else expect(read?.success).toBe(true)
  })
})
