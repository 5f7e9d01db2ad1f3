// Request bodies: JSON and nothing else, refused before a schema sees what no schema should.
import { LinkwrightError } from '@linkwright/core'
import type { Call } from './call.ts'

/** Bytes of a body, unless a contract says otherwise. */
export const BODY_LIMIT = 100_000

/** Levels of arrays and objects inside one another. */
const DEPTH = 32

const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])
const LONE_SURROGATE = /\p{Surrogate}/u

/** Throws `UNSUPPORTED_MEDIA_TYPE` unless the call says that its body is plain JSON in UTF-8. */
export function checkJsonType(call: Call): void {
  const types = call.values('content-type')
  const encodings = call.values('content-encoding').join(',').split(',')
  const isPlain = encodings.every((encoding) => ['', 'identity'].includes(encoding.trim().toLowerCase()))
  if (types.length !== 1 || !isJson(types[0]!)) throw new LinkwrightError('UNSUPPORTED_MEDIA_TYPE')
  if (!isPlain) {
    throw new LinkwrightError('UNSUPPORTED_MEDIA_TYPE', 'The request body must not be compressed.')
  }
}

/** Throws `INVALID_JSON`, or `VALIDATION_ERROR` for JSON that holds what nothing of ours may hold. */
export function parseJson(bytes: Uint8Array): unknown {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw new LinkwrightError('INVALID_JSON')
  }
  checkJson(value)
  return value
}

function isJson(type: string): boolean {
  const [essence = '', ...parameters] = type.split(';').map((part) => part.trim().toLowerCase())
  return (
    essence === 'application/json' &&
    parameters.every((parameter) => !parameter.startsWith('charset=') || /^charset=("?)utf-8\1$/.test(parameter))
  )
}

/** Walks level by level: a body of brackets alone must not cost the stack. */
function checkJson(root: unknown): void {
  let level: unknown[] = [root]
  for (let depth = 0; level.length > 0; depth++) {
    const next: unknown[] = []
    for (const value of level) {
      if (typeof value === 'string') checkText(value)
      else if (typeof value === 'number' && !Number.isFinite(value)) throw refusal('numbers must be finite')
      else if (typeof value === 'object' && value !== null) {
        if (depth >= DEPTH) throw refusal(`must not nest deeper than ${DEPTH} levels`)
        if (Array.isArray(value)) for (const item of value) next.push(item)
        else {
          for (const [key, item] of Object.entries(value)) {
            if (FORBIDDEN_KEYS.has(key)) throw refusal('holds a key that is not allowed')
            checkText(key)
            next.push(item)
          }
        }
      }
    }
    level = next
  }
}

function checkText(text: string): void {
  if (text.includes('\u0000')) throw refusal('texts must not hold NUL characters')
  if (LONE_SURROGATE.test(text)) throw refusal('texts must be well-formed Unicode')
}

function refusal(message: string): LinkwrightError {
  return new LinkwrightError('VALIDATION_ERROR', `The body is not acceptable: ${message}.`, [{ path: '', message }])
}
