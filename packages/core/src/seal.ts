// Sealing a short text at rest: AES-256-GCM, with a key of its own for every context it is stored in.

import { createCipheriv, createDecipheriv, hash, hkdfSync } from 'node:crypto'

const VERSION = 's1_'
const NONCE = 12
const TAG = 16

export interface Seal {
  /** Seals well-formed text for one context (what it is and whose). Two seals of the same text differ. */
  seal(text: string, context: string): string
  /** @throws Error when the text was altered, or sealed under another secret or context. */
  open(sealed: string, context: string): string
}

/**
 * Makes a seal from a secret that deserves the name (32 random bytes or more) and a source of secure randomness.
 *
 * @throws RangeError when the secret is empty.
 */
export function createSeal(secret: string, random: (bytes: number) => Uint8Array): Seal {
  if (secret === '') throw new RangeError('A sealing secret must not be empty')
  return {
    seal(text, context) {
      const nonce = random(NONCE)
      if (nonce.length !== NONCE) throw new RangeError(`A seal takes ${NONCE} random bytes, not ${nonce.length}`)
      const cipher = createCipheriv('aes-256-gcm', deriveKey(secret, context), nonce, { authTagLength: TAG })
      cipher.setAAD(Buffer.from(context))
      const parts = [nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]
      return VERSION + Buffer.concat(parts).toString('base64url')
    },
    open(sealed, context) {
      const bytes = readSealed(sealed)
      const end = bytes.length - TAG
      const key = deriveKey(secret, context)
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE), { authTagLength: TAG })
      decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(end))
      const text = decipher.update(bytes.subarray(NONCE, end))
      try {
        return Buffer.concat([text, decipher.final()]).toString()
      } catch {
        throw refusal()
      }
    },
  }
}

/** HKDF-SHA-256 (RFC 5869). The context is hashed first, since `info` holds at most 1024 bytes. */
function deriveKey(secret: string, context: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, '', `linkwright seal 1 ${hash('sha256', context)}`, 32))
}

function readSealed(sealed: string): Buffer {
  const body = sealed.startsWith(VERSION) ? sealed.slice(VERSION.length) : ''
  const bytes = Buffer.from(body, 'base64url')
  // Decoding skips what it does not know; only the one spelling that was written is taken.
  if (bytes.length < NONCE + TAG || bytes.toString('base64url') !== body) throw refusal()
  return bytes
}

function refusal(): Error {
  return new Error('The sealed text was altered, or sealed under another secret or context')
}
