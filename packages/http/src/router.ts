// Finding the endpoint of a method and a path, in a tree of path segments.
import type { Contract } from './contract.ts'

export type Match<Route> =
  | { readonly kind: 'found'; readonly route: Route; readonly params: ReadonlyMap<string, string> }
  /** The path is there, the method is not. */
  | { readonly kind: 'method'; readonly allow: readonly string[] }
  | { readonly kind: 'unknown' }

export interface Router<Route> {
  /** @param path raw, below the base path; parameters come out raw too */
  match(method: string, path: string): Match<Route>
}

/** What a router reads of a route. */
export type Routed = { readonly contract: Pick<Contract, 'method' | 'path'> }

interface Node<Route> {
  readonly literals: Map<string, Node<Route>>
  param: Node<Route> | undefined
  readonly methods: Map<string, { readonly route: Route; readonly names: readonly string[] }>
}

/** Builds the tree. @throws TypeError when two routes answer the same method on the same path */
export function createRouter<Route extends Routed>(routes: readonly Route[]): Router<Route> {
  const root = newNode<Route>()
  for (const route of routes) insert(root, route)

  return {
    match(method, path) {
      if (!path.startsWith('/')) return { kind: 'unknown' }
      const segments = path.slice(1).split('/')
      const allow = new Set<string>()
      const values: string[] = []
      const leaf = find(root, segments, 0, method, values, allow)
      if (leaf !== undefined) {
        return { kind: 'found', route: leaf.route, params: new Map(leaf.names.map((name, at) => [name, values[at]!])) }
      }
      return allow.size === 0 ? { kind: 'unknown' } : { kind: 'method', allow: [...allow].sort() }
    },
  }
}

function newNode<Route>(): Node<Route> {
  return { literals: new Map(), param: undefined, methods: new Map() }
}

function insert<Route extends Routed>(root: Node<Route>, route: Route): void {
  const { method, path } = route.contract
  const names: string[] = []
  let node = root
  for (const segment of path.slice(1).split('/')) {
    if (segment.startsWith(':')) {
      names.push(segment.slice(1))
      node.param ??= newNode()
      node = node.param
    } else {
      const next = node.literals.get(segment) ?? newNode<Route>()
      node.literals.set(segment, next)
      node = next
    }
  }
  if (node.methods.has(method)) throw new TypeError(`Two routes answer ${method} ${path}`)
  node.methods.set(method, { route, names })
}

/** Literal segments before parameters, at every step; what leads nowhere is taken back. */
function find<Route>(
  node: Node<Route>,
  segments: readonly string[],
  at: number,
  method: string,
  values: string[],
  allow: Set<string>,
): { readonly route: Route; readonly names: readonly string[] } | undefined {
  const segment = segments[at]
  if (segment === undefined) {
    for (const known of node.methods.keys()) allow.add(known)
    return node.methods.get(method)
  }
  const literal = node.literals.get(segment)
  const found = literal && find(literal, segments, at + 1, method, values, allow)
  if (found !== undefined) return found
  // An empty segment is no value: `/links/` is not a link.
  if (node.param === undefined || segment === '') return undefined
  values.push(segment)
  const deeper = find(node.param, segments, at + 1, method, values, allow)
  if (deeper === undefined) values.pop()
  return deeper
}
