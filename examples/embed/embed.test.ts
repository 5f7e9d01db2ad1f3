// Runs the example as its README says, and follows the link that it makes.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import manifest from './package.json' with { type: 'json' }

test('makes a link, and sends visitors on by its rule', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'linkwright-embed-'))
  const [, ...args] = manifest.scripts.start.split(' ')
  const file = join(import.meta.dirname, args.pop() ?? '')
  const env = { ...process.env, PORT: String(await freePort()) }
  const child = spawn(process.execPath, [...args, file], { cwd: folder, env, stdio: ['ignore', 'pipe', 'ignore'] })
  try {
    const [line] = await once(child.stdout.setEncoding('utf8'), 'data', { signal: AbortSignal.timeout(20_000) })
    const [address = ''] = /http:\S+/.exec(line) ?? []
    const visit = (language: string) =>
      fetch(address, { redirect: 'manual', headers: { 'accept-language': language } }).then((reply) => [
        reply.status,
        reply.headers.get('location'),
      ])
    expect(await visit('fr')).toEqual([302, 'https://example.com/'])
    expect(await visit('de-AT')).toEqual([302, 'https://example.com/de'])
    expect((await fetch(new URL('/api/v1/me', address))).status).toBe(401)
    expect((await fetch(new URL('/nothing-here', address))).status).toBe(404)
  } finally {
    if (child.kill()) await once(child, 'exit')
    rmSync(folder, { recursive: true, force: true })
  }
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0)
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}
