// The text of a token: writing one, refusing junk without a query, and what is displayed and stored of it.

import { createHmac, hash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { bodyLength, CHECKSUM_LENGTH, type KeyProfile } from './profile.ts'

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/**
 * Writes the token that the given random bytes stand for.
 *
 * @throws RangeError unless there are exactly `profile.bytes` of them.
 */
export function formatToken(profile: KeyProfile, randomBytes: Uint8Array): string {
  if (randomBytes.length !== profile.bytes) {
    throw new RangeError(`A ${profile.name} token takes ${profile.bytes} random bytes, not ${randomBytes.length}`)
  }
  const body =
    profile.alphabet === 'base62'
      ? encodeBase62(BigInt(`0x0${toBuffer(randomBytes).toString('hex')}`), bodyLength(profile))
      : toBuffer(randomBytes).toString('base64url')
  const token = profile.prefix + body
  return profile.checksum ? token + checksum(token) : token
}

/**
 * Whether the text is one that `formatToken` can have written. Never throws, and reads nothing but the text.
 * A yes proves nothing about the holder: a checksum is no secret.
 */
export function checkToken(profile: KeyProfile, input: string): boolean {
  const { prefix, alphabet, bytes } = profile
  const end = prefix.length + bodyLength(profile)
  if (typeof input !== 'string' || input.length !== end + (profile.checksum ? CHECKSUM_LENGTH : 0)) return false
  if (!input.startsWith(prefix)) return false
  if (profile.checksum && checksum(input.slice(0, end)) !== input.slice(end)) return false
  const body = input.slice(prefix.length, end)
  return alphabet === 'base62' ? isBase62(body, bytes) : isBase64url(body)
}

/** The start of a token that lists show, so that people can tell theirs apart. */
export function displayPrefix(profile: KeyProfile, token: string): string {
  return token.slice(0, profile.shown)
}

/**
 * What is stored of a token: SHA-256 of the whole text in lower-case hex, or HMAC-SHA-256 under the pepper.
 *
 * @throws RangeError when a pepper is given and empty.
 */
export function hashToken(token: string, pepper?: string): string {
  if (pepper === undefined) return hash('sha256', token)
  if (pepper === '') throw new RangeError('A pepper must not be empty')
  return createHmac('sha256', pepper).update(token).digest('hex')
}

/** CRC-32 (IEEE) of the text in six base62 digits. It covers the prefix, so that kinds of token cannot be swapped. */
export function checksum(text: string): string {
  return encodeBase62(BigInt(crc32(text)), CHECKSUM_LENGTH)
}

function encodeBase62(value: bigint, length: number): string {
  let text = ''
  for (let rest = value; rest > 0n; rest /= 62n) text = DIGITS.charAt(Number(rest % 62n)) + text
  return text.padStart(length, '0')
}

function isBase62(body: string, bytes: number): boolean {
  if (!/^[0-9A-Za-z]*$/.test(body)) return false
  let value = 0n
  // Eight digits at a time fit a plain number, which keeps the slow big integers few.
  for (let at = 0; at < body.length; at += 8) {
    const digits = body.slice(at, at + 8)
    let part = 0
    for (const digit of digits) part = part * 62 + DIGITS.indexOf(digit)
    value = value * BigInt(62 ** digits.length) + BigInt(part)
  }
  return value >> BigInt(bytes * 8) === 0n
}

/** One spelling only: characters outside the alphabet and loose last bits do not survive the round trip. */
function isBase64url(body: string): boolean {
  return Buffer.from(body, 'base64url').toString('base64url') === body
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
