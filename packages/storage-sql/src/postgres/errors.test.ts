// Errors of the server: which of them say that it is away, and which of these end a connection.
import { expect, test } from 'vitest'
import { ENGINES } from '../engine.ts'
import { isBroken, translate } from './errors.ts'

function errorOf(code: string, message = 'message'): Error {
  return Object.assign(new Error(message), { code })
}

const ENDS = ['08000', '08006', '57P01', '57P02', '57P03', '25P03', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTFOUND']
const PASSES = ['57014', '55P03', '53100', '53300', '25006']

test.each([...ENDS, ...PASSES])('%s: the database is away', (code) => {
  const error = errorOf(code)
  expect(translate(error)).toMatchObject({ name: 'LinkwrightError', code: 'UNAVAILABLE', cause: error })
  expect(isBroken(error)).toBe(ENDS.includes(code))
})

test.each([
  'Connection terminated',
  'Connection terminated unexpectedly',
  'Connection terminated due to connection timeout',
  'Query read timeout',
  'timeout exceeded when trying to connect',
  'timeout expired',
  'Client has encountered a connection error and is not queryable',
])('%s: the connection is lost', (message) => {
  expect(translate(new Error(message))).toMatchObject({ code: 'UNAVAILABLE' })
  expect(isBroken(new Error(message))).toBe(true)
})

test.each(['23505', '23503', '22P02', '42P01', '28P01', '3D000', '25P02', '40P01', '40001'])(
  '%s is what it is',
  (code) => {
    const error = errorOf(code)
    expect(translate(error)).toBe(error)
    expect(isBroken(error)).toBe(false)
    expect(ENGINES.postgres.isConflict(error)).toBe(code.startsWith('40'))
  },
)
