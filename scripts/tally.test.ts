// The last line of a script: nothing that failed is counted as passed.
import { expect, test } from 'vitest'
import { sum, tallyOf } from './tally.ts'

test.each([
  ['what it says', true, '3 passed, 0 failed\n', { passed: 3, failed: 0 }],
  [
    'what it says after other lines',
    false,
    '9 passed, 9 failed\nmore\n12 passed, 1 failed\n',
    { passed: 12, failed: 1 },
  ],
  ['a failure that it does not say', false, '3 passed, 0 failed\n', { passed: 3, failed: 1 }],
  ['no last line', true, '3 passed, 0 failed\nkilled\n', { passed: 0, failed: 1 }],
  ['a line of something else', true, 'x3 passed, 0 failed\n', { passed: 0, failed: 1 }],
  ['nothing', true, '', { passed: 0, failed: 1 }],
])('%s', (_, ok, output, tally) => {
  expect(tallyOf({ ok, output })).toEqual(tally)
})

test('the sum', () => {
  const tallies = [
    { passed: 1, failed: 2 },
    { passed: 3, failed: 4 },
  ]
  expect(sum(tallies)).toEqual({ passed: 4, failed: 6 })
  expect(sum([])).toEqual({ passed: 0, failed: 0 })
})
