// The model is worth as much as it sees: rows of others at any depth, and every difference but numbers.
import { describe, expect, test } from 'vitest'
import { foreignRows, withoutNumbers } from './answers.ts'

const OWNER = { id: 'project', subject: 'user' }

describe('foreignRows', () => {
  test('finds rows of other owners at any depth', () => {
    const foreign = { id: '2', ownerId: 'other' }
    for (const answer of [foreign, [foreign], { items: [{ id: '1', ownerId: 'project' }, foreign], next: null }]) {
      expect(foreignRows(answer, OWNER)).toEqual([foreign])
    }
  })

  test('takes rows of the plan subject for own ones', () => {
    expect(foreignRows({ ownerId: 'sibling', subject: 'user' }, OWNER)).toEqual([])
    expect(foreignRows({ ownerId: 'project', subject: 'other' }, OWNER)).toHaveLength(1)
  })

  test('finds nothing in plain values', () => {
    for (const answer of [undefined, null, 'taken', 1, true, [], { next: null }]) {
      expect(foreignRows(answer, OWNER)).toEqual([])
    }
  })
})

test('withoutNumbers leaves out numbers of rows and nothing else', () => {
  const answer = { items: [{ id: '1', seq: 7, clicks: 3, title: null }], next: 'x' }
  expect(withoutNumbers(answer)).toEqual({ items: [{ id: '1', clicks: 3, title: null }], next: 'x' })
  expect(withoutNumbers('mismatch')).toBe('mismatch')
})
