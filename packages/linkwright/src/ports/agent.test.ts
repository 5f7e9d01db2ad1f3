// What is read of real user agents (agents.txt), and that any text can be read.
import { readFileSync } from 'node:fs'
import { BROWSERS, DEVICES } from '@linkwright/core/rules'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createAgent } from './agent.ts'

const agent = createAgent()
const nothing = { device: 'unknown', browser: 'other', platform: null, bot: false }
const phone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1'
const desktop =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36'
const anyBot = { device: 'bot', browser: 'other', platform: null, bot: true }

/** Each user agent with what stands above it. */
const samples = readFileSync(new URL('agents.txt', import.meta.url), 'utf8')
  .split(/^= /m)
  .slice(1)
  .flatMap((group) => {
    const [expected = '', ...lines] = group.split('\n')
    return lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => [expected, line] as const)
  })

describe('real user agents', () => {
  it('are many, of every device and every browser', () => {
    expect(samples.length).toBeGreaterThan(90)
    const words = new Set(samples.flatMap(([expected]) => expected.split(' ')))
    expect([...DEVICES, ...BROWSERS].filter((word) => !words.has(word))).toEqual([])
  })

  it.each(samples)('%s: %s', (expected, userAgent) => {
    const { device, browser, platform, bot } = agent(userAgent)
    expect(`${device} ${browser} ${platform ?? '-'}`).toBe(expected)
    expect(bot).toBe(device === 'bot')
  })

  it('that say nothing at all are not a bot', () => {
    expect(agent('')).toEqual(nothing)
    expect(agent('  ')).toEqual(nothing)
  })
})

describe('any text', () => {
  const words = samples.flatMap(([, userAgent]) => userAgent.split(/(?=[ ;(/])/))
  const scramble = fc.array(fc.oneof(fc.constantFrom(...words), fc.string({ unit: 'binary' })), { maxLength: 60 })

  it('is read into the words of routing', () => {
    fc.assert(
      fc.property(
        scramble.map((parts) => parts.join('')),
        (text) => {
          const read = createAgent()(text)
          expect(DEVICES).toContain(read.device)
          expect(BROWSERS).toContain(read.browser)
          expect(['ios', 'android', null]).toContain(read.platform)
          expect(read.bot).toBe(read.device === 'bot')
        },
      ),
      { numRuns: 300 },
    )
  })

  it('is read as far as 1,024 characters', () => {
    const bot = ' Googlebot/2.1'
    expect(agent(desktop.padEnd(1024 - bot.length, ' ') + bot)).toEqual(anyBot)
    expect(agent(desktop.padEnd(1024, ' ') + bot)).toMatchObject({ device: 'desktop', bot: false })
  })
})

describe('the memo', () => {
  it('answers with what it read before, and forgets the oldest', () => {
    const remember = createAgent({ memoSize: 2 })
    const first = remember(phone)
    const second = remember(desktop)
    expect(remember(phone)).toBe(first)
    remember('curl/8.10.1')
    expect(remember(desktop)).toBe(second)
    expect(remember(phone)).not.toBe(first)
    expect(remember(phone)).toEqual(first)
  })

  it('has no room for texts that are longer than any browser', () => {
    const remember = createAgent()
    const long = phone.padEnd(1025, ' ')
    expect(remember(long)).toEqual(remember(phone))
    expect(remember(long)).not.toBe(remember(long))
    const full = phone.padEnd(1024, ' ')
    expect(remember(full)).toBe(remember(full))
  })
})
