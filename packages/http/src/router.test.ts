// The tree finds what a scan of the list finds.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRouter, type Routed } from './router.ts'

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
const segment = fc.constantFrom('a', 'b', 'links', ':id', ':other')
const route = fc.record({
  method: fc.constantFrom(...METHODS),
  path: fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => `/${segments.join('/')}`),
})
const shape = (path: string) => path.replaceAll(/:\w+/g, ':')
const routes = fc.uniqueArray(route, { maxLength: 12, selector: ({ method, path }) => `${method} ${shape(path)}` })
const asked = fc
  .array(fc.constantFrom('a', 'b', 'links', 'x', '', ':id', '%2F'), { minLength: 1, maxLength: 5 })
  .map((segments) => `/${segments.join('/')}`)

/** Every route is tried; of those that fit, the one with the earliest literal segments wins. */
function scan(list: readonly Routed[], method: string, path: string) {
  const parts = path.split('/')
  const fits = list.filter(({ contract }) => {
    const own = contract.path.split('/')
    return own.length === parts.length && own.every((s, i) => (s.startsWith(':') ? parts[i] !== '' : s === parts[i]))
  })
  if (fits.length === 0) return { kind: 'unknown' }
  const rank = ({ contract }: Routed) =>
    contract.path
      .replaceAll(/[^/:]+/g, '')
      .replaceAll('/:', '1')
      .replaceAll('/', '0')
  const [best] = fits.filter((r) => r.contract.method === method).sort((a, b) => (rank(a) < rank(b) ? -1 : 1))
  if (best === undefined) return { kind: 'method', allow: [...new Set(fits.map((r) => r.contract.method))].sort() }
  const names = best.contract.path
    .split('/')
    .flatMap((s, i) => (s.startsWith(':') ? [[s.slice(1), parts[i]] as const] : []))
  return { kind: 'found', route: best, params: new Map(names) }
}

describe('createRouter', () => {
  test('agrees with a linear scan', () => {
    fc.assert(
      fc.property(routes, fc.constantFrom(...METHODS, 'HEAD'), asked, (list, method, path) => {
        const declared = list.map((contract) => ({ contract }))
        expect(createRouter(declared).match(method, path)).toEqual(scan(declared, method, path))
      }),
      { numRuns: 500 },
    )
  })

  test('finds every route that it was given, with its parameters raw', () => {
    const route = { contract: { method: 'GET', path: '/links/:id/rules' } } as const
    const router = createRouter([route])
    expect(router.match('GET', '/links/a%2Fb/rules')).toEqual({
      kind: 'found',
      route,
      params: new Map([['id', 'a%2Fb']]),
    })
    expect(router.match('PUT', '/links/x/rules')).toEqual({ kind: 'method', allow: ['GET'] })
    for (const path of ['', '/', '/links', '/links/', '/links//rules', '/links/x/rules/', 'links/x/rules']) {
      expect(router.match('GET', path)).toEqual({ kind: 'unknown' })
    }
  })

  test('refuses two routes for one call', () => {
    const twice = ['/links/:id', '/links/:other'].map((path) => ({ contract: { method: 'GET', path } as const }))
    expect(() => createRouter(twice)).toThrow(TypeError)
  })
})
