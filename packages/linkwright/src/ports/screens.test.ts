// How the answers of several screens become one.
import type { Reputation, Screen } from '@linkwright/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allOf } from './screens.ts'

const answers =
  (reputation: Reputation): Screen =>
  async () =>
    reputation

describe('allOf', () => {
  it('answers clear without any screen', async () => {
    expect(await allOf()(['https://example.com/'])).toBe('clear')
  })

  it.each([
    [['clear', 'clear'], 'clear'],
    [['clear', 'unknown'], 'unknown'],
    [['unknown', 'flagged'], 'flagged'],
    [['flagged', 'unknown', 'clear'], 'flagged'],
  ] as const)('%j make %s', async (given, expected) => {
    expect(await allOf(...given.map(answers))(['https://example.com/'])).toBe(expected)
  })

  it('does not depend on the order', async () => {
    const reputation = fc.constantFrom<Reputation>('clear', 'flagged', 'unknown')
    await fc.assert(
      fc.asyncProperty(fc.array(reputation, { maxLength: 5 }), async (given) => {
        const forwards = await allOf(...given.map(answers))(['https://example.com/'])
        expect(await allOf(...given.toReversed().map(answers))(['https://example.com/'])).toBe(forwards)
      }),
    )
  })

  it('asks all at once, about the same URLs', async () => {
    const asked: string[][] = []
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const slow: Screen = async (urls) => {
      asked.push([...urls])
      await held
      return 'clear'
    }
    const answer = allOf(slow, slow)(['https://a.example/', 'https://b.example/'])
    expect(asked).toEqual([
      ['https://a.example/', 'https://b.example/'],
      ['https://a.example/', 'https://b.example/'],
    ])
    release()
    expect(await answer).toBe('clear')
  })

  it('takes a screen that throws for one that could not tell', async () => {
    const late: Screen = async () => {
      throw new Error('late')
    }
    const early: Screen = () => {
      throw new Error('early')
    }
    expect(await allOf(late, answers('clear'))(['https://example.com/'])).toBe('unknown')
    expect(await allOf(early, answers('flagged'))(['https://example.com/'])).toBe('flagged')
  })
})
