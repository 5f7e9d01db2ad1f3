// A skipped test that does not exist would hide that the real one has another name by now.
import { expect, test } from 'vitest'
import { registerSubjects } from './subject.ts'

test('only tests that exist can be skipped', () => {
  const open = () => Promise.reject(new Error('not opened'))
  const skip = [{ reason: 'no reason', tests: ['a test', 'a tset'] }]
  expect(() =>
    registerSubjects({ name: 'a storage', open, skip }, { subject: (test) => test('a test', async () => {}) }),
  ).toThrow('There are no such tests to skip: a tset')
})
