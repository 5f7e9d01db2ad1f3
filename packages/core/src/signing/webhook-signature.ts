// Signatures on webhook bodies: the plain `sha256=<hex>` form, and Standard Webhooks 1.0.0.

import { createHmac } from 'node:crypto'
import { equalConstantTime } from './hmac.ts'

/** The raw body as sent: a text is signed as UTF-8. */
export type WebhookBody = string | Uint8Array

export interface StandardMessage {
  /** The `webhook-id` header. */
  readonly id: string
  /** The `webhook-timestamp` header: whole seconds since 1970. */
  readonly timestamp: number | string
  readonly body: WebhookBody
  /** `whsec_` and base64 of 24 to 64 bytes; several while a secret is being rotated. */
  readonly secret: string | readonly string[]
}

export interface ReceivedMessage extends StandardMessage {
  /** The `webhook-signature` header, a list with spaces between. */
  readonly header: string | null | undefined
  /** Milliseconds since 1970. */
  readonly now: number
  /** How far the timestamp may lie from now, either way. */
  readonly toleranceSeconds?: number
}

/**
 * `sha256=` and the lower-case hex HMAC-SHA-256 of the body under the secret's UTF-8 bytes.
 *
 * @throws RangeError when the secret is empty.
 */
export function signWebhookBody(secret: string, body: WebhookBody): string {
  if (secret === '') throw new RangeError('A webhook secret must not be empty')
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
}

/**
 * Whether the header is the one signature of this raw body. Never throws, whatever the header holds.
 * The form carries no time: look at the body's `timestamp`, or use `verifyStandard`, to refuse replays.
 */
export function verifyWebhookBody(secret: string, body: WebhookBody, header: string | null | undefined): boolean {
  if (typeof secret !== 'string' || secret === '' || typeof header !== 'string' || !isBody(body)) return false
  return equalConstantTime(signWebhookBody(secret, body), header)
}

/**
 * The `webhook-signature` header, one `v1` signature for each secret.
 *
 * @throws TypeError when a secret, the id or the timestamp is not of the form that Standard Webhooks asks for.
 */
export function signStandard({ id, timestamp, body, secret }: StandardMessage): string {
  const secrets = listSecrets(secret)
  if (secrets.length === 0) throw new TypeError('A webhook is signed with at least one secret')
  if (!isId(id)) throw new TypeError('A webhook id is printable ASCII without spaces and full stops')
  if (!isTimestamp(timestamp)) throw new TypeError('A webhook timestamp is whole seconds since 1970')
  return secrets.map((each) => signV1(decodeSecret(each), id, timestamp, body)).join(' ')
}

/** Whether one signature of the list is this message's under one of the secrets, and its time is near. Never throws. */
export function verifyStandard(message: ReceivedMessage): boolean {
  const { id, timestamp, body, secret, header, now, toleranceSeconds = 300 } = message
  if (typeof header !== 'string' || !isId(id) || !isTimestamp(timestamp) || !isBody(body)) return false
  if (typeof now !== 'number' || !(Math.abs(Math.floor(now / 1000) - Number(timestamp)) <= toleranceSeconds))
    return false
  const given = header.split(' ')
  return listSecrets(secret).some((each) => {
    const key = readSecret(each)
    if (key === null) return false
    const expected = signV1(key, id, timestamp, body)
    return given.some((signature) => equalConstantTime(expected, signature))
  })
}

function signV1(key: Buffer, id: string, timestamp: number | string, body: WebhookBody): string {
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')}`
}

function decodeSecret(secret: string): Buffer {
  const key = readSecret(secret)
  if (key === null) throw new TypeError('A webhook secret is "whsec_" and base64 of 24 to 64 bytes')
  return key
}

function readSecret(secret: string): Buffer | null {
  if (typeof secret !== 'string' || !/^whsec_[A-Za-z0-9+/]+={0,2}$/.test(secret)) return null
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  return key.length >= 24 && key.length <= 64 ? key : null
}

function listSecrets(secret: string | readonly string[]): readonly string[] {
  return typeof secret === 'string' ? [secret] : Array.isArray(secret) ? secret : []
}

/** A full stop in the id could be taken for the one before the timestamp. */
function isId(id: string): boolean {
  return typeof id === 'string' && /^[!-~]+$/.test(id) && !id.includes('.')
}

function isTimestamp(timestamp: number | string): boolean {
  return (typeof timestamp === 'number' || typeof timestamp === 'string') && /^[1-9][0-9]{0,10}$/.test(`${timestamp}`)
}

function isBody(body: WebhookBody): boolean {
  return typeof body === 'string' || body instanceof Uint8Array
}
