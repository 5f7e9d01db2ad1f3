// A crowd of connections in a process of its own: most are idle, some send so slowly that they never get to the point.
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { apiRequest, plainRequest } from './requests.ts'

export interface CrowdOrders {
  readonly port: number
  readonly token: string
  readonly idle: number
  readonly slow: number
}

/** What is open just now. */
export interface CrowdReport {
  readonly idle: number
  readonly slow: number
  readonly failed: readonly string[]
}

/** So many addresses of this machine, so that no one runs out of ports. */
const ADDRESSES = 20
/** Connected at once, at most: the queue of a listening socket is short. */
const AT_ONCE = 100
const DRIP_MS = 400

const failed: string[] = []
const idle = new Set<Socket>()
const slow = new Set<Socket>()

process.on('message', async (order: CrowdOrders | 'report') => {
  if (order !== 'report') await gather(order)
  process.send?.({ idle: idle.size, slow: slow.size, failed } satisfies CrowdReport)
})
process.once('disconnect', () => process.exit(0))

/** All ask once more at the end, so that the first ones have not been idle for much longer than the last ones. */
async function gather({ port, token, ...wanted }: CrowdOrders): Promise<void> {
  const places = new Map<number, Socket>()
  for (let round = 0; round < 2; round++) {
    let next = 0
    const work = async () => {
      while (next < wanted.idle) await settleDown(port, next++, places)
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
  }
  for (let n = 0; n < wanted.slow; n++) drip(port, n % 2 === 0 ? slowHead() : slowBody(token), n)
  await sleep(2 * DRIP_MS)
}

/** Asks, as keep-alive clients do, and stays. */
function settleDown(port: number, n: number, places: Map<number, Socket>): Promise<void> {
  return new Promise((resolve) => {
    const known = places.get(n)
    const socket = known?.writable ? known : open(port, n, idle)
    places.set(n, socket)
    idle.add(socket)
    socket.write(plainRequest('/healthz'))
    socket.once('close', resolve)
    socket.once('data', () => {
      socket.off('close', resolve)
      resolve()
    })
  })
}

function drip(port: number, text: string, n: number): void {
  const socket = open(port, n, slow)
  slow.add(socket)
  let at = 0
  const timer = setInterval(() => {
    if (socket.writable) socket.write(text[at++ % text.length]!)
  }, DRIP_MS)
  socket.once('close', () => clearInterval(timer))
}

function open(port: number, n: number, members: Set<Socket>): Socket {
  const socket = connect({ port, host: '127.0.0.1', localAddress: `127.0.0.${2 + (n % ADDRESSES)}` })
  socket.on('error', (error: NodeJS.ErrnoException) => failed.push(error.code ?? error.message))
  socket.once('close', () => members.delete(socket))
  socket.resume()
  return socket
}

/** Would go on for minutes. */
function slowHead(): string {
  return `GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ${'x'.repeat(1_000)}`
}

function slowBody(token: string): string {
  return apiRequest(token, 'POST', '/links', { destinationUrl: `https://example.com/${'x'.repeat(1_000)}` })
}
