// The parts that are used of two packages that bring no types.

declare module 'autocannon' {
  interface Options {
    readonly url: string
    readonly connections: number
    /** Seconds. */
    readonly duration: number
    readonly headers: Readonly<Record<string, string>>
  }
  interface Result {
    /** Seconds. */
    readonly duration: number
    readonly errors: number
    readonly timeouts: number
    readonly requests: { readonly total: number }
    readonly statusCodeStats: Readonly<Record<string, { readonly count: number }>>
  }
  export default function autocannon(options: Options): Promise<Result>
}

declare module 'json-logic-js' {
  const jsonLogic: { apply(logic: object, data: object): unknown }
  export default jsonLogic
}
