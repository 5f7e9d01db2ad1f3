// A door between a storage and its server, for tests of what happens when the server goes away.
import { connect, createServer, type Server, type Socket } from 'node:net'

export interface Relay {
  /** The same database, through the relay. */
  readonly url: string
  /** Refuses whoever comes, and cuts off whoever is there. */
  stop(): Promise<void>
  start(): Promise<void>
  /** Lets nothing through any more, in silence. */
  freeze(): void
  thaw(): void
  /** Cuts the next connection on which a client says this, once the server has answered. */
  cutAfter(text: string): void
}

export async function openRelay(database: string): Promise<Relay> {
  const target = new URL(database)
  const sockets = new Set<Socket>()
  let server: Server | undefined
  let port = 0
  let isFrozen = false
  let fatal: string | undefined

  function accept(client: Socket): void {
    const upstream = connect(Number(target.port), target.hostname)
    let isDoomed = false
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one)
      one.on('error', () => {})
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
      one.on('data', (data) => {
        if (one === client && fatal !== undefined && data.includes(fatal)) {
          fatal = undefined
          isDoomed = true
        }
        if (one === upstream && isDoomed) client.destroy()
        else other.write(data)
      })
      if (isFrozen) one.pause()
    }
  }

  async function start(): Promise<void> {
    const opened = createServer(accept)
    server = opened
    await new Promise<void>((resolve, reject) => {
      opened.once('error', reject)
      opened.listen(port, '127.0.0.1', resolve)
    })
    const address = opened.address()
    if (typeof address === 'object' && address !== null) port = address.port
  }

  await start()
  const url = new URL(database)
  url.hostname = '127.0.0.1'
  url.port = String(port)
  return {
    url: url.href,
    start,
    async stop() {
      const closed = new Promise((resolve) => server?.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
    freeze() {
      isFrozen = true
      for (const socket of sockets) socket.pause()
    },
    thaw() {
      isFrozen = false
      for (const socket of sockets) socket.resume()
    },
    cutAfter(text) {
      fatal = text
    },
  }
}
