// A contract: one declaration that gives route, validation, documentation and the typed handler.
import type { Caller, ErrorCode, Finish, MaybePromise, Scope } from '@linkwright/core'
import { z } from 'zod'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** A way out, announced in advance (ms since 1970, UTC). */
export interface Deprecation {
  /** Since when it should not be used any more. */
  readonly since: number
  /** When it ends. */
  readonly sunset?: number
  /** A page that says what to do. */
  readonly link?: string
}

/** What each endpoint declares. `params`, `query` and `body` stay apart; what is not declared must not be sent. */
export interface Contract<
  P extends z.ZodType = z.ZodType,
  Q extends z.ZodType = z.ZodType,
  B extends z.ZodType = z.ZodType,
  O extends z.ZodType = z.ZodType,
> {
  /** Names the operation in OpenAPI and in clients: `createLink`. */
  readonly name: string
  readonly method: Method
  /** Below the base path, with `:name` for parameters: `/links/:id`. */
  readonly path: string
  /** Whether a credential is needed. */
  readonly auth: boolean
  /** The right that the credential must carry; null for any credential. */
  readonly scope: Scope | null
  /** Parameters that do not fit are parameters of something that is not there. */
  readonly params?: P
  readonly query?: Q
  readonly body?: B
  readonly output: O
  readonly status: 200 | 201 | 204
  /** Besides those that `errorsOf` adds for every contract of its kind. */
  readonly errors: readonly ErrorCode[]
  readonly summary: string
  readonly example?: { readonly body?: z.input<B>; readonly output?: z.output<O> }
  /** Whether the reply must not be stored in the clear. */
  readonly secret?: boolean
  readonly deprecated?: Deprecation
}

/** Who calls, and how the reply of an idempotent call joins the transaction that does the work. */
export interface Context<Output> {
  readonly caller: Caller
  /** Given when the call carries an `Idempotency-Key`. */
  readonly finish: Finish<Output> | undefined
}

/** A contract with its handler. The methods of this interface are what lets endpoints of all types share one list. */
export interface Endpoint {
  readonly contract: Contract
  handle(context: Context<unknown>, input: Input<unknown, unknown, unknown>): MaybePromise<unknown>
}

export interface Input<Params, Query, Body> {
  readonly params: Params
  readonly query: Query
  readonly body: Body
}

export function contract<
  P extends z.ZodType = z.ZodUndefined,
  Q extends z.ZodType = z.ZodUndefined,
  B extends z.ZodType = z.ZodUndefined,
  O extends z.ZodType = z.ZodUndefined,
>(declaration: Contract<P, Q, B, O>): Contract<P, Q, B, O> {
  return declaration
}

export function endpoint<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, O extends z.ZodType>(
  contract: Contract<P, Q, B, O>,
  handle: (
    context: Context<z.output<O>>,
    input: Input<z.output<P>, z.output<Q>, z.output<B>>,
  ) => MaybePromise<z.output<O>>,
): Endpoint {
  const erased: { contract: Contract; handle(...args: Parameters<typeof handle>): ReturnType<typeof handle> } = {
    contract,
    handle,
  }
  return erased
}

/** `finish` for work that gives something else than the reply: presents it first. */
export function finishWith<Value, Output>(
  { finish }: Context<Output>,
  present: (value: Value) => Output,
): Finish<Value> | undefined {
  return finish && ((storage, value) => finish(storage, present(value)))
}

/** The output of a contract that answers 204. */
export const nothing = z.undefined()

/** Every error that a call under this contract can end with. */
export function errorsOf(contract: Contract): ErrorCode[] {
  const errors = new Set<ErrorCode>()
  const add = (when: boolean, ...codes: ErrorCode[]) => {
    if (when) for (const code of codes) errors.add(code)
  }
  add(contract.auth, 'UNAUTHENTICATED', 'INVALID_TOKEN', 'PLAN_REQUIRED')
  add(contract.scope !== null, 'INSUFFICIENT_SCOPE')
  add(contract.auth, 'RATE_LIMITED')
  add(contract.body !== undefined, 'PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE', 'INVALID_JSON')
  add(true, 'VALIDATION_ERROR')
  add(contract.params !== undefined, 'NOT_FOUND')
  add(true, ...contract.errors)
  add(contract.auth && contract.method === 'POST', 'IDEMPOTENCY_MISMATCH', 'IDEMPOTENCY_IN_PROGRESS')
  add(true, 'INTERNAL', 'UNAVAILABLE')
  return [...errors]
}
