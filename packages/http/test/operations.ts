// The REST operations by name, each success held against the contract's own output.
import { restContracts } from '../src/rest/index.ts'
import type { World } from './world.ts'

export function operationsOf(world: World, token: string) {
  return async (name: keyof typeof restContracts, id?: string, body?: unknown, query = '') => {
    const { method, path, output } = restContracts[name]
    const reply = await world.call(token, method, path.replace(':id', id ?? '') + query, body)
    const read = reply.status < 300 && reply.status !== 204 ? output.safeParse(reply.json) : undefined
    if (read?.success === false) throw new Error(`${name} answers what it does not declare: ${read.error.message}`)
    return reply
  }
}
