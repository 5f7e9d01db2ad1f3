// Values as people write them in the environment and on the command line.
import { availableParallelism } from 'node:os'

/** A mistake in the configuration or on the command line: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Reads one variable; an empty one is not set. */
export type Get = (name: string) => string | undefined

export function readPort(text: string, name: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new UsageError(`${name} must be a port number from 0 to 65535`)
  return port
}

/** @param text a number, or `auto` for one a processor */
export function readWorkers(text: string, name: string): number {
  if (text === 'auto') return availableParallelism()
  const value = Number(text)
  if (/^\d{1,3}$/.test(text) && value >= 1 && value <= 256) return value
  throw new UsageError(`${name} must be a whole number from 1 to 256, or auto for one a processor`)
}

export function readWhole(text: string, name: string, least: number, most: number): number {
  const value = Number(text)
  if (/^\d{1,9}$/.test(text) && value >= least && value <= most) return value
  throw new UsageError(`${name} must be a whole number from ${least} to ${most}`)
}

export function oneOf<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === value)
  if (found === undefined) throw new UsageError(`${name} must be one of ${allowed.join(', ')}`)
  return found
}
