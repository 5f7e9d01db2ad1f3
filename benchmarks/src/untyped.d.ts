// The parts that are used of packages that bring no types.

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

declare module 'pg' {
  interface Connection {
    query(text: string): void
    sendCopyFromChunk(chunk: Uint8Array): void
    endCopyFrom(): void
  }
  /** What a client hands its connection to, and tells what comes back. */
  interface Submittable {
    submit(connection: Connection): void
    handleCopyInResponse(connection: Connection): void
    handleError(error: Error): void
    handleReadyForQuery(): void
    handleCommandComplete(): void
    handleRowDescription(): void
    handleDataRow(): void
    handleEmptyQuery(): void
    handlePortalSuspended(): void
  }
  export class Client {
    constructor(settings: { readonly connectionString: string; readonly options?: string })
    connect(): Promise<unknown>
    query(query: { readonly text: string }): Promise<{ readonly rows: readonly unknown[] }>
    query(query: Submittable): void
    end(): Promise<void>
  }
  const pg: { readonly Client: typeof Client }
  export default pg
}
