// The standalone server: plain node:http around one Linkwright instance, with health checks, limits and a clean end.
import cluster from 'node:cluster'
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Logger } from '@linkwright/http'

export interface ServerOptions {
  readonly port: number
  readonly host: string | undefined
  readonly logger: Logger
  /** Makes the application, once the port is known. */
  readonly build: (port: number) => Promise<Application>
}

/** What the server serves. */
export interface Application {
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void
  /** Whether requests can be served now. */
  readonly ready: () => Promise<boolean>
  readonly close: () => Promise<void>
}

export interface RunningServer {
  readonly port: number
  /** Stops listening, answers what is in flight, hands over clicks and closes the storage. */
  close(): Promise<void>
}

const TIMEOUTS = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  keepAliveTimeout: 10_000,
  // How often the two above are looked at.
  connectionsCheckingInterval: 1_000,
}
/** What Node would refuse by itself is refused here, with an answer like all others. */
const PARSING = { joinDuplicateHeaders: true, requireHostHeader: false }
const INVALID_HOST = { error: 'A request has one Host header.', code: 'VALIDATION_ERROR' }
const EXPECTATION = { error: 'Only the expectation 100-continue can be met.', code: 'VALIDATION_ERROR' }
/** Shorter than supervisors wait before they kill (10 s is usual). */
const DRAIN_MS = 8_000
const IDLE_MS = 100

/** @throws Error when the port cannot be listened on */
export async function startServer({ port, host, logger, build }: ServerOptions): Promise<RunningServer> {
  // Who connects is served at once; only a free port has to be taken before it is known.
  let application = port === 0 ? undefined : await build(port)
  let closing = false
  const server = createServer({ ...TIMEOUTS, ...PARSING, noDelay: true }, (request, response) => {
    // A reply during the drain ends its connection, or keep-alive clients would hold it open.
    if (closing) response.setHeader('Connection', 'close')
    if (!hasOneHost(request)) return reply(response, 400, INVALID_HOST)
    const path = request.url ?? '/'
    if (path === '/healthz') return reply(response, 200, { status: 'ok' })
    if (path === '/readyz') return void answerReady(application, closing, response)
    if (application === undefined) return reply(response, 503, { status: 'starting' })
    application.handle(request, response)
  })
  server.on('clientError', refuse)
  server.on('checkExpectation', (_, response) => reply(response, 417, EXPECTATION))
  try {
    await listen(server, port, host)
    application ??= await build(portOf(server))
  } catch (error) {
    server.close()
    await application?.close()
    throw error
  }
  const running = application
  const actual = portOf(server)
  // Of several processes, the one that looks after them says it for all.
  logger[cluster.isWorker ? 'debug' : 'info']({ port: actual }, 'listening')

  let closed: Promise<void> | undefined
  return {
    port: actual,
    close() {
      closing = true
      closed ??= drain(server, logger).then(() => running.close())
      return closed
    },
  }
}

function listen(server: Server, port: number, host: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, port)))
    server.listen(port, host, () => {
      server.removeAllListeners('error')
      resolve()
    })
  })
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

/** The two ways in which a newcomer's first start fails, with the way out. */
function explain(error: NodeJS.ErrnoException, port: number): Error {
  const problem = { EADDRINUSE: 'is in use', EACCES: 'needs rights that this user does not have' }[error.code ?? '']
  if (problem === undefined) return error
  return new Error(`port ${port} ${problem}: choose another with --port or PORT`, { cause: error })
}

async function answerReady(
  application: Application | undefined,
  closing: boolean,
  response: ServerResponse,
): Promise<void> {
  const ready = !closing && ((await application?.ready().catch(() => false)) ?? false)
  reply(response, ready ? 200 : 503, { status: ready ? 'ok' : 'unavailable' })
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': 'private, no-store',
    'X-Request-Id': newRequestId(),
  })
  response.end(JSON.stringify(body))
}

async function drain(server: Server, logger: Logger): Promise<void> {
  const ended = new Promise<void>((resolve) => server.close(() => resolve()))
  // Connections whose last answer was under way are idle only a little later.
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_MS)
  server.closeIdleConnections()
  const timer = setTimeout(() => {
    logger.warn({}, 'closing connections that did not end in time')
    server.closeAllConnections()
  }, DRAIN_MS)
  await ended
  clearInterval(idle)
  clearTimeout(timer)
}

/** RFC 9112, 3.2: with none or two, whoever stands in front may have read another one than we do. */
function hasOneHost({ headers: { host }, httpVersion }: IncomingMessage): boolean {
  return host === undefined ? httpVersion === '1.0' : !host.includes(',')
}

/** What Node's parser refuses never reaches a handler; it gets an answer all the same. */
function refuse(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request'
  const late = error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
  const head = [`HTTP/1.1 ${late ? '408 Request Timeout' : status}`, `X-Request-Id: ${newRequestId()}`]
  socket.end([...head, 'Connection: close', 'Content-Length: 0', '', ''].join('\r\n'))
}

/** For what is answered before a request reaches a handle, which makes ids of its own. */
function newRequestId(): string {
  return `req_${randomUUID()}`
}
