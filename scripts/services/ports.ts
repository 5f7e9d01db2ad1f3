// Free ports of this machine, outside the range from which the system gives ports to connections: a service that is
// started again gets its own back.
import { createServer } from 'node:net'

const FIRST = 20_000
const COUNT = 12_000

const given = new Set<number>()

/** @returns a port on 127.0.0.1 that nobody listens on, and that this process did not get before */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * COUNT)
    if (given.has(port) || !(await isFree(port))) continue
    given.add(port)
    return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
