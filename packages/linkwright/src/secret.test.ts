// The secret: strong or refused, and made once where nobody gave one.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkSecret, readSecret } from './secret.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'linkwright-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const STRONG = '0123456789abcdef0123456789abcdef'

test('a strong one is taken as it is, in production too', () => {
  expect(readSecret(STRONG, true, folder)).toBe(STRONG)
})

test('production refuses to go on without one, or with a weak one', () => {
  expect(() => readSecret(undefined, true, folder)).toThrow('LINKWRIGHT_SECRET is missing')
  expect(() => readSecret('', true, folder)).toThrow('LINKWRIGHT_SECRET is missing')
  expect(() => readSecret(STRONG.slice(1), true, folder)).toThrow('LINKWRIGHT_SECRET is weak')
  expect(() => checkSecret('x'.repeat(64))).toThrow('weak')
})

test('elsewhere it is made once, kept beside the database, and readable by its owner alone', () => {
  const made = readSecret(undefined, false, folder)
  expect(made).toMatch(/^[0-9a-f]{64}$/)
  expect(readSecret(undefined, false, folder)).toBe(made)
  const path = join(folder, 'linkwright.secret')
  expect(readFileSync(path, 'utf8')).toBe(made)
  expect(statSync(path).mode & 0o077).toBe(0)
})

test('a weak one is refused outside production too', () => {
  expect(() => readSecret('short', false, folder)).toThrow('weak')
})
