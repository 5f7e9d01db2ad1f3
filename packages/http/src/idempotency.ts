// Idempotency-Key: the first call does the work, and every later one with the same key gets its answer.
import { hash } from 'node:crypto'
import {
  type Caller,
  type Core,
  IDEMPOTENCY_TTL_MS,
  type IdempotencyRecord,
  invalid,
  LinkwrightError,
  ownerScope,
  type Storage,
} from '@linkwright/core'
import type { Call } from './call.ts'

/** What is replayed: the answer to a call, without its headers. */
export interface Answer {
  readonly status: number
  readonly body: string
}

/** What a call claims by its key. */
interface Claim {
  /** The credential, method and path under which the key counts, as one digest. */
  readonly scope: string
  readonly key: string
  /** SHA-256 of the body. */
  readonly fingerprint: string
  /** Whether the answer must not be stored in the clear. */
  readonly secret: boolean
}

/** Saves the answer with the storage of the transaction that did the work. */
export type Save = (storage: Storage, answer: Answer) => Promise<void>

export interface Idempotency {
  /**
   * Replays the claim's answer, or does the work. A success is saved by the work itself, in its transaction; what it
   * left unsaved is saved afterwards. What the work throws is not saved.
   * @throws LinkwrightError `IDEMPOTENCY_IN_PROGRESS`, `IDEMPOTENCY_MISMATCH`
   */
  run(claim: Claim, work: (save: Save) => Promise<Answer>): Promise<Answer & { readonly replayed: boolean }>
}

/** Not found, conflict, refused by screening, limit of the plan. */
const LASTING: ReadonlySet<number> = new Set([404, 409, 422, 429])

/** Printable ASCII. */
const KEY = /^[\x20-\x7e]{1,255}$/

/** Another process was first: thrown to undo the work of this one. */
class SavedElsewhere extends Error {}

export function createIdempotency({ storage, clock, seal }: Pick<Core, 'storage' | 'clock' | 'seal'>): Idempotency {
  /** Fingerprints of the calls that this process is working on. */
  const inFlight = new Map<string, string>()

  return {
    async run(claim, work) {
      const place = `${claim.scope} ${claim.key}`
      const twin = inFlight.get(place)
      if (twin !== undefined) {
        throw new LinkwrightError(twin === claim.fingerprint ? 'IDEMPOTENCY_IN_PROGRESS' : 'IDEMPOTENCY_MISMATCH')
      }
      inFlight.set(place, claim.fingerprint)
      try {
        return (await replay(claim)) ?? { ...(await first(claim, work)), replayed: false }
      } catch (error) {
        if (!(error instanceof SavedElsewhere)) throw error
        const theirs = await replay(claim)
        if (theirs === undefined) throw new LinkwrightError('IDEMPOTENCY_IN_PROGRESS')
        return theirs
      } finally {
        inFlight.delete(place)
      }
    },
  }

  async function first(claim: Claim, work: (save: Save) => Promise<Answer>): Promise<Answer> {
    let saved = false
    const answer = await work(async (storage, answer) => {
      await save(storage, claim, answer)
      saved = true
    })
    const isDone = saved && answer.status < 300
    if (!isDone) await save(storage, claim, answer)
    return answer
  }

  async function save(storage: Storage, claim: Claim, { status, body }: Answer): Promise<void> {
    const record: IdempotencyRecord = {
      scope: claim.scope,
      key: claim.key,
      fingerprint: claim.fingerprint,
      status,
      body: claim.secret ? seal.seal(body, contextOf(claim)) : body,
      sealed: claim.secret,
      createdAt: clock(),
    }
    if (!(await storage.open.idempotency.save(record))) throw new SavedElsewhere()
  }

  async function replay(claim: Claim): Promise<(Answer & { readonly replayed: boolean }) | undefined> {
    const record = await storage.open.idempotency.find(claim.scope, claim.key)
    if (record === undefined || clock() - record.createdAt > IDEMPOTENCY_TTL_MS) return undefined
    if (record.fingerprint !== claim.fingerprint) throw new LinkwrightError('IDEMPOTENCY_MISMATCH')
    const body = record.sealed ? seal.open(record.body, contextOf(claim)) : record.body
    return { status: record.status, body, replayed: true }
  }
}

/** Whether a failure is an answer: asking again would not change it. */
export function isLasting(status: number): boolean {
  return LASTING.has(status)
}

/** The call's key, if it has one. @throws LinkwrightError `VALIDATION_ERROR` */
export function readKey(call: Call): string | undefined {
  const keys = call.values('idempotency-key')
  if (keys.length === 0) return undefined
  const key = keys.length === 1 ? keys[0]! : ''
  if (!KEY.test(key)) throw invalid('Idempotency-Key', 'must be 1–255 printable ASCII characters')
  return key
}

/** Digests, since a path may be longer than any index takes; the owner's stands apart, to be found when it is erased. */
export function scopeOf({ actor, owner }: Caller, { method, path }: Call): string {
  return `${ownerScope(owner.id)}${hash('sha256', JSON.stringify([actor.kind, actor.id, method, path]))}`
}

export function fingerprintOf(body: Uint8Array): string {
  return hash('sha256', body)
}

function contextOf({ scope, key }: Claim): string {
  return `idempotency:${scope}:${key}`
}
