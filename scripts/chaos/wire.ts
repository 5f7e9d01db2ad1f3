// One keep-alive connection that speaks HTTP/1.1 by hand: it knows exactly what was sent, and what was not answered.
import { connect, type Socket } from 'node:net'

export interface Reply {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

/** No answer came: the connection was refused, cut or silent. */
export class Unanswered extends Error {
  /** Whether any of the request can have reached the other side. */
  readonly sent: boolean

  constructor(message: string, sent: boolean) {
    super(message)
    this.sent = sent
  }
}

export interface Target {
  readonly port: number
  /** Source address, where the ports of one would run short. */
  readonly from?: string
  readonly timeoutMs?: number
}

export interface Connection {
  /** Connects where there is no connection. @throws Unanswered */
  open(): Promise<void>
  /** One at a time. @throws Unanswered */
  exchange(request: string): Promise<Reply>
  readonly isOpen: boolean
  close(): void
}

interface Waiting {
  /** Its reply has no body, whatever the length it names. */
  readonly head: boolean
  resolve(reply: Reply): void
  reject(error: Error): void
}

export function createConnection({ port, from, timeoutMs = 10_000 }: Target): Connection {
  let socket: Socket | undefined
  let waiting: Waiting | undefined
  let heard = ''

  return {
    get isOpen() {
      return socket !== undefined
    },
    open: async () => {
      if (socket === undefined) await dial()
    },
    async exchange(request) {
      if (socket === undefined) await dial()
      const own = socket!
      return new Promise((resolve, reject) => {
        waiting = { resolve, reject, head: request.startsWith('HEAD ') }
        own.write(request, 'latin1')
      })
    },
    close: () => socket?.destroy(),
  }

  function dial(): Promise<void> {
    return new Promise((resolve, reject) => {
      const local = from === undefined ? {} : { localAddress: from }
      const own = connect({ port, host: '127.0.0.1', noDelay: true, ...local })
      let failure = 'the connection was closed'
      own.setTimeout(timeoutMs, () => {
        // An idle connection may be silent for as long as it likes.
        if (waiting === undefined && socket === own) return
        failure = 'no answer in time'
        own.destroy()
      })
      own.once('connect', () => {
        socket = own
        heard = ''
        resolve()
      })
      own.on('error', (error: NodeJS.ErrnoException) => {
        failure = error.code ?? error.message
      })
      own.once('close', () => {
        reject(new Unanswered(failure, false))
        if (socket !== own) return
        socket = undefined
        settle()?.reject(new Unanswered(failure, true))
      })
      own.setEncoding('latin1').on('data', (text: string) => read(own, text))
    })
  }

  function read(own: Socket, text: string): void {
    heard += text
    const reply = parseReply(heard, waiting?.head ?? false)
    if (reply === undefined) return
    heard = ''
    // The other side is about to close: what is sent from now on goes on a connection of its own.
    if (reply.headers.get('connection') === 'close') {
      socket = undefined
      own.destroy()
    }
    settle()?.resolve(reply)
  }

  function settle(): Waiting | undefined {
    const settled = waiting
    waiting = undefined
    return settled
  }
}

/** Undefined while some of it has not come. */
function parseReply(text: string, head: boolean): Reply | undefined {
  const end = text.indexOf('\r\n\r\n')
  if (end === -1) return undefined
  const [first = '', ...lines] = text.slice(0, end).split('\r\n')
  const headers = new Map(lines.map((line) => splitHeader(line)))
  const status = Number(first.split(' ')[1])
  const body = text.slice(end + 4)
  if (head || status === 204 || status === 304) return { status, headers, body: '' }
  if (headers.get('transfer-encoding') === 'chunked') {
    return body.endsWith('0\r\n\r\n') ? { status, headers, body: unchunk(body) } : undefined
  }
  const length = Number(headers.get('content-length') ?? 0)
  return body.length < length ? undefined : { status, headers, body: body.slice(0, length) }
}

function splitHeader(line: string): [string, string] {
  const colon = line.indexOf(':')
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
}

function unchunk(text: string): string {
  let rest = text
  let whole = ''
  for (;;) {
    const end = rest.indexOf('\r\n')
    const size = Number.parseInt(rest.slice(0, end), 16)
    if (!(size > 0)) return whole
    whole += rest.slice(end + 2, end + 2 + size)
    rest = rest.slice(end + 4 + size)
  }
}
