// node:http: a request becomes a call, the first handle that answers is written out.
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { BODY_LIMIT } from './body.ts'
import type { Call, Handle, Reply } from './call.ts'
import { NodeCall } from './node-call.ts'
import { createTrust } from './trust.ts'

export interface NodeOptions {
  /** Proxies in front of us, as addresses and CIDRs: only they are believed about client, host and country. */
  readonly trustProxy?: readonly string[] | undefined
}

/** A request listener; with `next` (Express, Connect) what no handle answers goes on there. */
export type Listener = (request: IncomingMessage, response: ServerResponse, next?: (error?: unknown) => void) => void

/** For how long, and for how many bytes, a client that was refused is listened to before the connection ends. */
const LINGER_MS = 1000
const LINGER_BYTES = 1_000_000

const NOT_FOUND = '{"error":"Not found.","code":"NOT_FOUND"}'
const INTERNAL = '{"error":"Something went wrong on our side.","code":"INTERNAL"}'

/** Serves handles on node:http, in their order. Without proxies; `createListener` takes options. */
export function toNode(...handles: readonly Handle[]): Listener {
  return createListener(handles)
}

/** @throws TypeError for a `trustProxy` that is no address and no CIDR */
export function createListener(handles: readonly Handle[], { trustProxy = [] }: NodeOptions = {}): Listener {
  const trust = createTrust(trustProxy)

  return (request, response, next) => {
    const call: Call = new NodeCall(request, trust)
    const fail = (error: unknown) =>
      next === undefined ? write(request, response, plainReply(500, INTERNAL)) : next(error)

    /** Synchronous as long as the handles are. */
    const offer = (from: number): void => {
      try {
        for (let i = from; i < handles.length; i++) {
          const reply = handles[i]!(call)
          if (reply instanceof Promise) {
            reply.then((reply) => (reply === undefined ? offer(i + 1) : write(request, response, reply))).catch(fail)
            return
          }
          if (reply !== undefined) {
            write(request, response, reply)
            return
          }
        }
      } catch (error) {
        fail(error)
        return
      }
      if (next === undefined) write(request, response, plainReply(404, NOT_FOUND))
      else next()
    }
    offer(0)
  }
}

/** Writes a reply. A request with a long body still under way is the connection's last; a short one is read to its end. */
function write(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
  if (response.headersSent || response.destroyed) return
  const { status, body } = reply
  const headers: string[] = []
  let hasLength = false
  for (const [name, value] of reply.headers) {
    headers.push(name, value)
    if (name === 'Content-Length') hasLength = true
  }
  if (!hasLength && status !== 204) headers.push('Content-Length', String(Buffer.byteLength(body ?? '')))
  const isLast = !request.complete && hasLongBody(request)
  if (isLast) headers.push('Connection', 'close')
  response.writeHead(status, headers)
  if (isLast) linger(request, response, body ?? '')
  else if (body === undefined || request.method === 'HEAD' || status === 204) response.end()
  else response.end(body)
}

function hasLongBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > BODY_LIMIT
}

/**
 * The reply is whole at once, but the connection ends a little later: a client that is still sending would otherwise
 * meet a reset before it has read the reply.
 */
function linger(request: IncomingMessage, response: ServerResponse, body: string): void {
  if (body === '') response.flushHeaders()
  else response.write(body)
  let left = LINGER_BYTES
  const end = () => {
    clearTimeout(timer)
    request.off('data', onData)
    response.end()
  }
  const onData = (chunk: Uint8Array) => {
    left -= chunk.length
    if (left < 0) end()
  }
  const timer = setTimeout(end, LINGER_MS)
  request.on('data', onData).once('end', end).once('close', end)
  request.resume()
}

function plainReply(status: number, body: string): Reply {
  return {
    status,
    headers: [
      ['Content-Type', 'application/json; charset=utf-8'],
      ['Cache-Control', 'private, no-store'],
      ['X-Content-Type-Options', 'nosniff'],
      ['X-Request-Id', randomUUID()],
    ],
    body,
  }
}
