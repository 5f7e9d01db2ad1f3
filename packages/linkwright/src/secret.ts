// The secret that seals what is kept at rest: given in production, made once beside the database elsewhere.
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Bytes below which a secret is refused. */
const SECRET_BYTES = 32

/** Used where nobody gave one and nothing is in production: what it seals is readable by whoever reads this file. */
export const DEVELOPMENT_SECRET = 'linkwright-development-secret-seals-nothing'

/** @throws Error naming what is wrong with it */
export function checkSecret(secret: string): string {
  if (Buffer.byteLength(secret) < SECRET_BYTES) {
    throw new Error(
      `LINKWRIGHT_SECRET is weak: it must have at least ${SECRET_BYTES} bytes (try: openssl rand -hex 32)`,
    )
  }
  if (/^(.)\1*$/.test(secret)) throw new Error('LINKWRIGHT_SECRET is weak: it repeats one character')
  return secret
}

/** @throws Error for a weak secret, and for none in production */
export function requireSecret(given: string | undefined, production: boolean): string | undefined {
  if (given !== undefined && given !== '') return checkSecret(given)
  if (!production) return undefined
  throw new Error('LINKWRIGHT_SECRET is missing: in production give at least 32 bytes (try: openssl rand -hex 32)')
}

/**
 * @param folder outside production it keeps a secret that is made once
 * @throws Error in production without a strong secret
 */
export function readSecret(given: string | undefined, production: boolean, folder: string): string {
  const required = requireSecret(given, production)
  if (required !== undefined) return required
  const path = join(folder, 'linkwright.secret')
  try {
    if (!existsSync(folder)) mkdirSync(folder, { recursive: true })
    // Exclusive: of two processes that start together one writes, and both read.
    writeFileSync(path, randomBytes(SECRET_BYTES).toString('hex'), { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return checkSecret(readFileSync(path, 'utf8').trim())
}
