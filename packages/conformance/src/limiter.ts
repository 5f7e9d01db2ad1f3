// The limiter suite: what every implementation of rate limits must do.
import { type Limiter, WINDOW_MS } from '@linkwright/core'
import { expect } from 'vitest'
import { type PartCandidate, registerPart } from './part.ts'

/** A whole minute. */
const MINUTE = Date.parse('2026-11-22T10:00:00Z')

/** Registers the suite with vitest; call it at the top of a test file. */
export function limiterSuite(candidate: PartCandidate<Limiter>): void {
  registerPart('limiter', candidate, {
    'exactly the limit passes, and a refusal takes nothing': async (limiter) => {
      const verdicts = []
      for (let call = 0; call < 5; call++) verdicts.push(await limiter.take('a', 3, MINUTE + 1))
      expect(verdicts.map((verdict) => verdict.allowed)).toEqual([true, true, true, false, false])
      expect(verdicts.map((verdict) => verdict.remaining)).toEqual([2, 1, 0, 0, 0])
      expect(await limiter.take('a', 5, MINUTE + 2)).toMatchObject({ allowed: true, remaining: 1 })
    },

    'a window begins at the whole minute, and says when it ends': async (limiter) => {
      expect(await limiter.take('a', 1, MINUTE + 59_999)).toEqual({ allowed: true, remaining: 0, resetSeconds: 1 })
      expect(await limiter.take('a', 1, MINUTE + 59_999)).toEqual({ allowed: false, remaining: 0, resetSeconds: 1 })
      expect(await limiter.take('a', 1, MINUTE + WINDOW_MS)).toEqual({ allowed: true, remaining: 0, resetSeconds: 60 })
    },

    'each key counts for itself': async (limiter) => {
      expect(await limiter.take('a', 1, MINUTE)).toMatchObject({ allowed: true })
      expect(await limiter.take('b', 1, MINUTE)).toMatchObject({ allowed: true })
      expect(await limiter.take('a', 1, MINUTE)).toMatchObject({ allowed: false })
    },

    'a limit of nothing lets nothing pass': async (limiter) => {
      expect(await limiter.take('a', 0, MINUTE)).toMatchObject({ allowed: false, remaining: 0 })
    },

    'a limit that is lowered counts what has passed': async (limiter) => {
      for (let call = 0; call < 4; call++) await limiter.take('a', 10, MINUTE)
      expect(await limiter.take('a', 3, MINUTE)).toMatchObject({ allowed: false, remaining: 0 })
      expect(await limiter.take('a', 5, MINUTE)).toMatchObject({ allowed: true, remaining: 0 })
    },

    'a clock set back by hours does not lock anyone out until it catches up': async (limiter) => {
      expect(await limiter.take('a', 1, MINUTE + 3_600_000)).toMatchObject({ allowed: true })
      expect(await limiter.take('a', 1, MINUTE)).toMatchObject({ allowed: true, resetSeconds: 60 })
    },

    'many calls at once: exactly the limit passes': async (limiter) => {
      const verdicts = await Promise.all(Array.from({ length: 200 }, () => limiter.take('a', 50, MINUTE)))
      expect(verdicts.filter((verdict) => verdict.allowed)).toHaveLength(50)
      expect(await limiter.take('a', 50, MINUTE)).toMatchObject({ allowed: false })
    },

    'many calls at once in two processes: exactly the limit passes': async (limiter, openSecond) => {
      const second = await openSecond()
      const calls = Array.from({ length: 200 }, (_, call) => (call % 2 ? limiter : second).take('a', 50, MINUTE))
      expect((await Promise.all(calls)).filter((verdict) => verdict.allowed)).toHaveLength(50)
    },

    'processes see what the others have let pass': async (limiter, openSecond) => {
      const second = await openSecond()
      expect(await limiter.take('a', 2, MINUTE)).toMatchObject({ allowed: true, remaining: 1 })
      expect(await second.take('a', 2, MINUTE)).toMatchObject({ allowed: true, remaining: 0 })
      expect(await limiter.take('a', 2, MINUTE)).toMatchObject({ allowed: false })
      expect(await second.take('a', 2, MINUTE)).toMatchObject({ allowed: false })
    },
  })
}
