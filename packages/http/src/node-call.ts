// A node:http request as a call: everything is read when it is asked for.
import type { IncomingMessage } from 'node:http'
import { LinkwrightError } from '@linkwright/core'
import type { Call } from './call.ts'
import type { Trust } from './trust.ts'

/** What frameworks leave on a request: the target before mounting, and the body that a parser has read already. */
type Incoming = IncomingMessage & { readonly originalUrl?: string; readonly body?: unknown }

export class NodeCall implements Call {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly #request: Incoming
  readonly #trust: Trust
  /** Of an absolute-form target, which outweighs the Host header (RFC 9112, 3.2.2). */
  readonly #authority: string | undefined

  constructor(request: Incoming, trust: Trust) {
    this.#request = request
    this.#trust = trust
    this.method = request.method ?? 'GET'
    let target = request.originalUrl ?? request.url ?? '/'
    if (target.charCodeAt(0) !== 47) {
      const absolute = /^https?:\/\/(?:[^/?#@]*@)?([^/?#@]+)(.*)$/i.exec(target)
      if (absolute !== null) {
        this.#authority = absolute[1]
        target = absolute[2]!.startsWith('/') ? absolute[2]! : `/${absolute[2]}`
      }
    }
    const mark = target.indexOf('?')
    this.path = mark < 0 ? target : target.slice(0, mark)
    this.query = mark < 0 ? '' : target.slice(mark + 1)
  }

  get host(): string {
    return this.#trust.hostOf(this.#peer()) ?? this.#authority ?? this.#request.headers.host ?? ''
  }

  get ip(): string {
    return this.#trust.clientOf(this.#peer())
  }

  get trusted(): boolean {
    return this.#trust.trusts(this.#request.socket.remoteAddress)
  }

  header(name: string): string | undefined {
    const value = this.#request.headers[name]
    return typeof value === 'object' ? value.join(', ') : value
  }

  values(name: string): readonly string[] {
    return this.#request.headersDistinct[name] ?? []
  }

  body(limit: number): Promise<Uint8Array> {
    const request = this.#request
    if (Number(request.headers['content-length'] ?? 0) > limit) return Promise.reject(tooLarge())
    if (request.readableEnded) return readParsed(request.body, limit)
    return new Promise((resolve, reject) => {
      const chunks: Uint8Array[] = []
      let size = 0
      const stop = () => {
        request.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose)
      }
      const onData = (chunk: Uint8Array) => {
        size += chunk.length
        if (size <= limit) {
          chunks.push(chunk)
          return
        }
        stop()
        request.pause()
        reject(tooLarge())
      }
      const onEnd = () => {
        stop()
        resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks))
      }
      // Nobody reads the answer to a request that was broken off; it only has to end.
      const onClose = () => {
        stop()
        reject(new LinkwrightError('INVALID_JSON', 'The request body ended early.'))
      }
      if (request.destroyed) onClose()
      else request.on('data', onData).once('end', onEnd).once('close', onClose).once('error', onClose)
    })
  }

  #peer() {
    const { headers, socket } = this.#request
    return {
      remoteAddress: socket.remoteAddress,
      forwardedFor: headers['x-forwarded-for'] as string | undefined,
      forwardedHost: headers['x-forwarded-host'] as string | undefined,
    }
  }
}

/** A body parser in front of us has taken the bytes: what it made of them is written out again. */
async function readParsed(body: unknown, limit: number): Promise<Uint8Array> {
  const bytes =
    body instanceof Uint8Array ? body : Buffer.from(typeof body === 'string' ? body : (JSON.stringify(body) ?? ''))
  if (bytes.length > limit) throw tooLarge()
  return bytes
}

function tooLarge(): LinkwrightError {
  return new LinkwrightError('PAYLOAD_TOO_LARGE')
}
