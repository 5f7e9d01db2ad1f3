// One command to a Redis on this machine and its reply, without a client: enough to see that it is ready.
import { connect } from 'node:net'

const LIMIT_MS = 2000

/** Rejects if nobody answers, or with what Redis complains about. */
export function ask(port: number, ...words: Array<string | number>): Promise<string> {
  return new Promise((resolve, reject) => {
    let reply = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(`${words.join(' ')}\r\n`))
    const end = (act: () => void) => {
      socket.destroy()
      act()
    }
    socket.setTimeout(LIMIT_MS, () => end(() => reject(new Error(`no answer on port ${port}`))))
    socket.on('error', (error) => end(() => reject(error)))
    socket.on('close', () => reject(new Error(`port ${port} closed the connection`)))
    socket.setEncoding('utf8').on('data', (text: string) => {
      reply += text
      const value = readReply(reply)
      if (value === undefined) return
      end(() => (value.startsWith('-') ? reject(new Error(value.slice(1))) : resolve(value)))
    })
  })
}

/** The whole reply, with its minus if it is an error; undefined while some of it has not come. */
export function readReply(text: string): string | undefined {
  const [, sign, head = ''] = /^([-+:$])([^\r]*)\r\n/.exec(text) ?? []
  if (sign === undefined) return undefined
  if (sign !== '$') return sign === '-' ? `-${head}` : head
  const body = text.slice(head.length + 3)
  return Buffer.byteLength(body) < Number(head) + 2 ? undefined : body.slice(0, -2)
}
