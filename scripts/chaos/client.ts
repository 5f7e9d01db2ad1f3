// The load, in a process of its own: keep-alive clients that write down all they do. Told what to do by its parent.
import { setTimeout as sleep } from 'node:timers/promises'
import { createLedger, type LedgerWriter, type Role } from './ledger.ts'
import { moment } from './moment.ts'
import { apiRequest, visitRequest } from './requests.ts'
import { type Connection, createConnection, type Reply, Unanswered } from './wire.ts'

/** One client: a connection on which it does the same again and again. */
export interface Work {
  readonly role: Role
  /** In turn for each new connection, if there are several servers. */
  readonly ports: readonly number[]
  /** From one request to the next (ms), or as soon as the last one is answered, whichever is later. */
  readonly everyMs: number
  /** Slugs to visit, or tokens to use, in turn. */
  readonly of: readonly string[]
  readonly timeoutMs?: number
}

interface Orders {
  readonly ledger: string
  /** Tells the marks and keys of this load from those of others. */
  readonly name: string
  readonly works: readonly Work[]
}

/** `stop` ends all clients; writers first go on until every link is acknowledged, for at most so long. */
export type Order = ({ readonly kind: 'start' } & Orders) | { readonly kind: 'stop'; readonly settleMs: number }

/** After no answer, or a refusal that passes. */
const AGAIN_MS = 50
const PASSING = new Set([0, 429, 500, 503])

let stopping = false
let settleUntil = Number.POSITIVE_INFINITY
let running: Promise<unknown> = Promise.resolve()
let ledger: LedgerWriter | undefined

process.on('message', (order: Order) => {
  if (order.kind === 'start') start(order)
  else void stop(order.settleMs)
})
process.once('disconnect', orphaned)

/** The parent is gone. */
function orphaned(): void {
  process.exit(1)
}

function start({ ledger: path, name, works }: Orders): void {
  const own = createLedger(path)
  ledger = own
  running = Promise.all(works.map((work, at) => runClient(work, `${name}-${at}`, own)))
}

async function stop(settleMs: number): Promise<void> {
  stopping = true
  settleUntil = moment() + settleMs
  await running
  ledger?.close()
  process.off('disconnect', orphaned)
  process.disconnect()
}

async function runClient(work: Work, name: string, own: LedgerWriter): Promise<void> {
  const connection = reconnecting(work)
  for (let n = 0; !stopping; n++) {
    const begun = moment()
    const one = work.of[n % work.of.length]!
    if (work.role === 'create') await createSurely(`${name}-${n}`, one)
    else await attempt(`${name}-${n}`, one, one)
    const rest = work.everyMs - (moment() - begun)
    if (rest > 0 && !stopping) await sleep(rest)
  }
  connection.current().close()

  /** The same key until it is answered for good, and with the same token: a key counts for one token. */
  async function createSurely(key: string, token: string): Promise<void> {
    for (let tries = 0; !stopping || moment() < settleUntil; tries++) {
      const { status, note } = await attempt(`${key}.${tries}`, key, token)
      if (!PASSING.has(status) && note !== 'IDEMPOTENCY_IN_PROGRESS') return
      await sleep(AGAIN_MS)
    }
  }

  async function attempt(id: string, what: string, one: string): Promise<{ status: number; note?: string }> {
    const request = requestOf(id, what, one)
    own.write({ kind: 'intent', role: work.role, id, at: moment(), what })
    try {
      const reply = await connection.current().exchange(request)
      const answer = { status: reply.status, ...readNote(reply, work.role) }
      own.write({ kind: 'answer', id, at: moment(), ...answer })
      return answer
    } catch (error) {
      const sent = error instanceof Unanswered && error.sent
      const note = error instanceof Error ? error.message : String(error)
      own.write({ kind: 'answer', id, at: moment(), status: 0, note, ...(sent ? {} : { unsent: true as const }) })
      connection.next()
      if (!sent) await sleep(AGAIN_MS / 2)
      return { status: 0 }
    }
  }

  function requestOf(id: string, what: string, one: string): string {
    if (work.role === 'visit') return visitRequest(`/${one}`, id)
    if (work.role === 'read') return apiRequest(one, 'GET', '/me')
    return apiRequest(one, 'POST', '/links', { destinationUrl: 'https://example.com/', title: what }, what)
  }
}

/** A client whose connection broke goes to the next server. */
function reconnecting({ ports, timeoutMs }: Work): { current(): Connection; next(): void } {
  let at = 0
  const dial = () => createConnection({ port: ports[at % ports.length]!, timeoutMs: timeoutMs ?? 10_000 })
  let connection = dial()
  return {
    current: () => connection,
    next() {
      connection.close()
      at++
      connection = dial()
    },
  }
}

function readNote({ status, body, headers }: Reply, role: Role): { note?: string; link?: string } {
  if (role === 'visit' && status === 302) return {}
  const after = headers.has('retry-after') ? ' retry-after' : ''
  try {
    const { code, id } = JSON.parse(body) as { code?: string; id?: string }
    if (status < 300) return role === 'create' && id !== undefined ? { link: id } : {}
    return { note: `${code ?? ''}${after}` }
  } catch {
    return { note: body.slice(0, 80) }
  }
}
