// How much a process may let pass by itself, in numbers.
import { expect, test } from 'vitest'
import { leftAlone } from './limits.ts'

const NOTHING_HEARD = { heard: undefined }

test.each([
  [100, 4, 0, 25],
  [100, 3, 0, 33],
  [100, 4, 24, 1],
  [100, 4, 25, 0],
  [100, 1, 0, 100],
  [2, 5, 0, 1],
  [2, 5, 1, 0],
  [0, 5, 0, 0],
  [0, 1, 0, 0],
])('of %i, one of %i processes that has let %i pass may let pass %i more', (limit, processes, admitted, left) => {
  expect(leftAlone({ admitted, ...NOTHING_HEARD }, limit, processes)).toBe(left)
})

test.each([
  ['half is left: half of that', 5, { total: 50, ours: 5 }, 25],
  ['what was let pass since then counts', 15, { total: 50, ours: 5 }, 15],
  ['nothing is left', 5, { total: 100, ours: 5 }, 0],
  ['a single one is left: nobody knows whose it is', 5, { total: 99, ours: 5 }, 0],
  ['its own part is used up', 50, { total: 60, ours: 50 }, 0],
  ['Redis counted a call of which we never heard', 5, { total: 50, ours: 7 }, 25],
])('of 100 for two processes: %s', (_title, admitted, heard, left) => {
  expect(Math.max(0, leftAlone({ admitted, heard }, 100, 2))).toBe(left)
})
