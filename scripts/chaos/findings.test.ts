// What chaos finds is told truly: the worst figure of all repeats, and every failure.
import { expect, test } from 'vitest'
import { Findings } from './findings.ts'

function findings(onTime = true) {
  const told: string[] = []
  const all = new Findings((text) => told.push(text), onTime)
  return { told, all, judge: all.judge('some', 'sqlite') }
}

test('the worst of all repeats is shown, and one failure fails the row', () => {
  const { all, judge, told } = findings()
  for (const value of [20, 70, 30]) judge.figure({ what: 'p99', value, most: 50, unit: 'ms' })
  for (const value of [100, 99.95]) judge.figure({ what: 'answered', value, least: 99.9, unit: '%', of: 1000 })
  for (const value of [7, 6]) judge.figure({ what: 'let pass', value, most: 7, least: 7 })
  expect(all.invariants()).toMatchObject([
    { what: 'p99', measured: '70 ms (1 of 3 failed)', limit: 'at most 50 ms', repeats: 3, passed: false },
    { what: 'answered', measured: '99.95 % of 2,000', limit: 'at least 99.9 %', repeats: 2, passed: true },
    { what: 'let pass', measured: '6 (1 of 2 failed)', limit: '7', passed: false },
  ])
  expect(told).toHaveLength(2)
})

test('what never came fails, whatever the limit', () => {
  const { all, judge } = findings()
  judge.figure({ what: 'recovery', value: Number.POSITIVE_INFINITY, most: 3000 })
  judge.figure({ what: 'p99 of nothing', value: Number.NaN, most: 200 })
  expect(all.invariants().map(({ passed }) => passed)).toEqual([false, false])
})

test('examples are shown, and repeats are counted as they were played', () => {
  const { all, judge } = findings()
  judge.over(20).none('lost', ['a', 'b', 'c', 'd'], 100)
  expect(all.invariants()).toMatchObject([
    { measured: '4 of 100 (1 of 20 failed; a; b; c)', limit: 'at most 0', repeats: 20 },
  ])
})

test('where time does not count it is not judged, and what is skipped says why', () => {
  const { all, judge } = findings(false)
  judge.figure({ what: 'p99', value: 500, most: 50, unit: 'ms' })
  judge.skipped('a full disk', 'no rights')
  expect(all.invariants()).toEqual([
    {
      name: 'some',
      engine: 'sqlite',
      what: 'a full disk',
      measured: 'not measured: no rights',
      limit: '',
      repeats: 0,
      passed: true,
    },
  ])
})
