// How values are kept in columns.
import type { Bit } from './schema.ts'

export function toBit(value: boolean): Bit {
  return value ? 1 : 0
}

/** A column that a patch does not name stays as it is: Kysely leaves `undefined` out. */
export function toPatchBit(value: boolean | undefined): Bit | undefined {
  return value === undefined ? undefined : toBit(value)
}

export function toJson(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value)
}

/** The type is a promise: what is read was written by `toJson` from a value of it. */
export function fromJson<T>(text: string): T {
  return JSON.parse(text) as T
}

/** A link without a domain has an empty key, since null is never equal to null. */
export function toDomainKey(domainId: string | null): string {
  return domainId ?? ''
}
