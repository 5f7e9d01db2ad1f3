// Bytes on a socket, for what no HTTP client would send.
import { connect } from 'node:net'

export interface Heard {
  readonly text: string
  /** Status lines in the order in which they came. */
  readonly statuses: readonly number[]
  /** Whether the server ended the connection. */
  readonly ended: boolean
}

export interface Hearing {
  /** The address to come from: any of 127.0.0.0/8. */
  readonly from?: string
  /** Stop listening once so many replies came; without it, when the server ends the connection. */
  readonly replies?: number
  /** Stop listening after so long. */
  readonly milliseconds?: number
  /** Called once connected, in place of one write; gives what to write on until it gives null. */
  readonly drip?: () => string | Uint8Array | null
}

/** Writes, and listens. */
export function speak(port: number, bytes: string | Uint8Array, hearing: Hearing = {}): Promise<Heard> {
  const { from, replies = Number.POSITIVE_INFINITY, milliseconds = 5000, drip } = hearing
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let dripping: NodeJS.Timeout | undefined
    const socket = connect({ port, host: '127.0.0.1', ...(from === undefined ? {} : { localAddress: from }) })
    const timer = setTimeout(() => finish(false), milliseconds)
    const finish = (ended: boolean) => {
      clearTimeout(timer)
      clearInterval(dripping)
      socket.destroy()
      const text = Buffer.concat(chunks).toString('latin1')
      resolve({ text, statuses: statusesOf(text), ended })
    }
    socket.on('connect', () => {
      socket.write(bytes)
      if (drip === undefined) return
      dripping = setInterval(() => {
        const more = drip()
        if (more === null) clearInterval(dripping)
        else if (socket.writable) socket.write(more)
      }, 20)
    })
    socket.on('data', (chunk) => {
      chunks.push(chunk)
      if (statusesOf(Buffer.concat(chunks).toString('latin1')).length >= replies) finish(false)
    })
    socket.on('end', () => finish(true))
    // A server that has had enough may reset the connection while we still write.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET' || error.code === 'EPIPE') finish(true)
      else reject(error)
    })
  })
}

function statusesOf(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3})[A-Za-z ]*\r\n/g)].map(([, status]) => Number(status))
}
