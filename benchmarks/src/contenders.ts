// Who is measured: the bare server, the standalone one on three links, and a call of the API.
import { bareServer, type Command, embeddedServer, standaloneServer } from './server.ts'
import type { World } from './world.ts'

export interface Contender {
  readonly name: string
  readonly path: string
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly command: (file: string) => Command
  /** Whether its answers are clicks. */
  readonly clicks: boolean
}

export const BARE = 'bare node:http'

export function listContenders(world: World, built: boolean): Contender[] {
  const standalone = { status: 302, clicks: true, command: (file: string) => standaloneServer(file, built) }
  return [
    { name: BARE, path: '/plain', status: 302, clicks: false, command: bareServer },
    { name: 'standalone, warm link', path: '/plain', ...standalone },
    { name: 'standalone, 5 rules', path: '/ruled', ...standalone },
    { name: 'standalone, signed link', path: world.signedPath, ...standalone },
    {
      name: 'API GET /me',
      path: '/api/v1/me',
      status: 200,
      headers: { Authorization: `Bearer ${world.token}` },
      clicks: false,
      command: (file) => embeddedServer(file, built),
    },
  ]
}
