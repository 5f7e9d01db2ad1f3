// The end of a server: what is in flight is answered, and connections that are kept alive do not hold it up.
import { Agent, request } from 'node:http'
import { expect, test } from 'vitest'
import { createLogger } from './logger.ts'
import { startServer } from './server.ts'

test('a connection that is kept alive ends once its last answer is through', async () => {
  const warnings: string[] = []
  let closed = false
  const server = await startServer({
    port: 0,
    host: '127.0.0.1',
    logger: createLogger('warn', (line) => warnings.push(line)),
    build: async () => ({
      handle: (_, response) => void setTimeout(() => response.end('late'), 200),
      ready: async () => true,
      close: async () => {
        closed = true
      },
    }),
  })
  const agent = new Agent({ keepAlive: true })
  const answered = new Promise<string>((resolve, reject) => {
    const call = request({ agent, port: server.port, host: '127.0.0.1', path: '/slow' }, (response) => {
      response.setEncoding('utf8').on('data', resolve)
    })
    call.on('error', reject).end()
  })
  await new Promise((resolve) => setTimeout(resolve, 50))
  await server.close()
  expect(await answered).toBe('late')
  // Otherwise it is the drain's time limit that ends it, with a warning.
  expect(warnings).toEqual([])
  expect(closed).toBe(true)
  agent.destroy()
})
