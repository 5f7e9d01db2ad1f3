// The ledger: what a client meant to do and what it was answered, line by line in a file that is only appended to.
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'

export type Role = 'visit' | 'create' | 'read'

/** Written before the request is sent. */
interface Intent {
  readonly kind: 'intent'
  readonly role: Role
  /** One for each attempt. */
  readonly id: string
  readonly at: number
  /** Of a visit: the link's slug. Of a creation: the Idempotency-Key, which is the link's title too. */
  readonly what: string
}

/** Written when the answer has come: status 0 for none. */
interface Answer {
  readonly kind: 'answer'
  readonly id: string
  readonly at: number
  readonly status: number
  /** The error code, `retry-after` behind it, or why there was no answer. */
  readonly note?: string
  /** Of a link that was made. */
  readonly link?: string
  /** No answer came, and nothing can have reached the server. */
  readonly unsent?: true
}

type Line = Intent | Answer

/** An attempt with what came of it. */
export interface Attempt extends Intent {
  /** Undefined: the client was stopped before it knew. */
  readonly answer: Answer | undefined
}

export interface LedgerWriter {
  write(line: Line): void
  close(): void
}

export function createLedger(path: string): LedgerWriter {
  const file = openSync(path, 'a')
  return {
    // The client is never killed, so that what the system has is enough.
    write: (line) => writeSync(file, `${JSON.stringify(line)}\n`),
    close: () => closeSync(file),
  }
}

export function readLedger(path: string): Attempt[] {
  const answers = new Map<string, Answer>()
  const intents: Intent[] = []
  for (const text of readFileSync(path, 'utf8').split('\n')) {
    if (text === '') continue
    const line = JSON.parse(text) as Line
    if (line.kind === 'answer') answers.set(line.id, line)
    else intents.push(line)
  }
  return intents.map((intent) => ({ ...intent, answer: answers.get(intent.id) }))
}

/** How long it took (ms); Infinity where no answer came. */
export function latencyOf({ at, answer }: Attempt): number {
  return answer === undefined || answer.status === 0 ? Number.POSITIVE_INFINITY : answer.at - at
}

/** Of those sent in some span of time. */
export function within(attempts: readonly Attempt[], from: number, to: number): Attempt[] {
  return attempts.filter(({ at }) => at >= from && at < to)
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}
