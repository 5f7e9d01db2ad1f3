// Parsing at the door: a schema's issues become one error that lists them all.
import type { z } from 'zod'
import { ERRORS, type ErrorCode, type Issue, invalidAll } from './errors.ts'

/**
 * Parses an input, or throws. An issue made with `params: { code }` asks for that code; it is given when all issues
 * agree on it, else the code is `VALIDATION_ERROR`.
 */
export function parse<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  const issues = result.error.issues
  const details = issues.flatMap(toDetails)
  const codes = new Set(issues.map(codeOf))
  const code = codes.size === 1 ? codes.values().next().value! : 'VALIDATION_ERROR'
  throw invalidAll(details, code)
}

function codeOf(issue: z.core.$ZodIssue): ErrorCode {
  const asked = issue.code === 'custom' ? issue.params?.code : undefined
  return typeof asked === 'string' && Object.hasOwn(ERRORS, asked) ? (asked as ErrorCode) : 'VALIDATION_ERROR'
}

/** An error never echoes its input: of a name that the caller made up no more is told than could be a field's. */
function toDetails(issue: z.core.$ZodIssue): Issue[] {
  const path = issue.path.reduce<string>(append, '')
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: append(path, key), message: 'is not a known field' }))
  }
  if (issue.code === 'custom' && typeof issue.params?.path === 'string') {
    return [{ path: issue.params.path, message: issue.message }]
  }
  return [{ path, message: wordsOf(issue) }]
}

/** In the same voice as the messages of our own. */
function wordsOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'invalid_type' || !issue.message.startsWith('Invalid input')) return issue.message
  if (issue.message.endsWith('received undefined')) return 'is required'
  return `must be ${NAMES[issue.expected] ?? issue.expected}`
}

const NAMES: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
  record: 'an object',
}

function append(path: string, key: PropertyKey): string {
  if (typeof key === 'number') return `${path}[${key}]`
  const name = typeof key === 'string' && /^[\w-]{1,40}$/.test(key) ? key : '(unnamed)'
  return path === '' ? name : `${path}.${name}`
}
