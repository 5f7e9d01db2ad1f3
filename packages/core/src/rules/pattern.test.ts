// Patterns: what they are tried on, that none can stall a visit, and the reasons given to people.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compilePattern, matchesPattern } from './pattern.ts'

function test(source: string, fact: string): boolean {
  const compiled = compilePattern(source)
  if (!compiled.ok) throw new Error(compiled.reason)
  return matchesPattern(compiled.pattern, fact)
}

function reason(source: string): string {
  const compiled = compilePattern(source)
  return compiled.ok ? 'accepted' : compiled.reason
}

describe('a pattern', () => {
  it('is unanchored and ignores case', () => {
    expect(test('GOOGLE\\.', 'www2.google.de')).toBe(true)
    expect(test('^google', 'www2.google.de')).toBe(false)
    expect(test('^de$', 'DE')).toBe(true)
  })

  it('is tried on the first 512 characters only', () => {
    expect(test('b', `${'a'.repeat(511)}b`)).toBe(true)
    expect(test('b', `${'a'.repeat(512)}b`)).toBe(false)
    expect(test('a$', `${'a'.repeat(512)}b`)).toBe(true)
  })

  // A backtracking engine would not come back from these before the test run times out.
  it.each([
    '(a+)+$',
    '^(a|a)*$',
    '(a|aa)+$',
    '(.*a){20}$',
    '(x+x+)+y',
    '^([a-z]+)*$',
    '^(([a-z])+.)+[A-Z]([a-z])+$',
    `${'a?'.repeat(50)}${'a'.repeat(50)}$`,
  ])('answers at once: %s', (source) => {
    expect(test(source, `${'a'.repeat(511)}!`)).toBe(false)
    expect(test(source, `${'ax'.repeat(255)}!`)).toBe(false)
  })

  it.each([
    '(((a{1000}){1000}){1000})',
    '(a{30}){30}',
    'a{1000}'.repeat(36),
    `(?:${'a'.repeat(240)}){1000}`,
    `(?:${'\\pL'.repeat(50)}){900}`,
    `(?:\\Q${'a'.repeat(200)}\\E){999}`,
    '((((x{1,9}){1,9}){1,9}){1,9})',
    '.{0,1000}',
  ])('is refused when it is large: %s', (source) => {
    expect(reason(source)).toMatch(/too large|above 1000/)
  })

  it.each([
    '^(?:www|m|mobile)\\.(?:google|bing|duckduckgo)\\.(?:com|de|co\\.uk)$',
    '(?:a){300}',
    '[a-z0-9-]{1,63}\\.example\\.com',
    '\\x{3000}{3}',
    '[{1000}]{3}',
    '(?i)abc(?-i:d)',
    '\\Qa.b\\E{2}',
    '\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}',
    'a{,5}',
    'é|ß|日本',
    '[à-ÿ]|[а-я]|[一-龥]',
    '^\\p{L}+$|[\\pL\\pN]',
  ])('is accepted: %s', (source) => {
    expect(reason(source)).toBe('accepted')
  })

  it.each([
    '[b-\u{1e900}]',
    '[b-\\x{1E900}]',
    '[a-c\\x{100}-\\x{10FFFF}]',
    '[b-\uffff]',
    '\\pL'.repeat(9),
    '\\P{Greek}'.repeat(20),
  ])('is refused when its classes are too wide to fold: %s', (source) => {
    expect(reason(source)).toBe('its ranges or \\p{…} classes cover too many characters')
  })

  it('fits whenever it has no counted repeats', () => {
    const piece = fc.constantFrom('a?', '(a)?', 'ab|', '(?:a|b)*', 'a+?', '[a-c]', '\\d', '(a*)*|', '(a)', 'é', '.')
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 250 }), (pieces) => {
        const source = pieces.reduce((sum, next) => (sum.length + next.length > 256 ? sum : sum + next), '')
        expect(reason(source)).toBe('accepted')
      }),
      { numRuns: 300 },
    )
  })

  it.each([
    ['(?=a)', 'lookaheads and lookbehinds are not supported'],
    ['a(?!b)', 'lookaheads and lookbehinds are not supported'],
    ['(?<=a)b', 'lookaheads and lookbehinds are not supported'],
    ['(?<!a)b', 'lookaheads and lookbehinds are not supported'],
    ['(a)\\1', 'backreferences such as \\1 are not supported'],
    ['(?<n>a)\\k<n>', 'backreferences such as \\1 are not supported'],
    ['[a', 'a [ is never closed'],
    ['(a', 'a ( is never closed'],
    ['a)', 'a ) was never opened'],
    ['*a', 'a repeat such as * or + has nothing to repeat'],
    ['a**', 'a repeat such as * or + follows another repeat'],
    ['a{1001}', 'a repeat count is above 1000, or its bounds are reversed'],
    ['[z-a]', 'a character class has a reversed range or an unknown name'],
    ['\\y', 'a backslash stands before a character that takes none'],
    ['a\\', 'it ends with a lone backslash'],
    ['(?<a-b>a)', 'a named group is malformed'],
    ['(?>a)', 'it uses syntax that RE2 does not have'],
  ])('%s is refused: %s', (source, expected) => {
    expect(reason(source)).toBe(expected)
  })

  it('is answered whatever it holds', () => {
    const token = fc.constantFrom(
      ...'ab()[]{}*+?|\\^$.,:-&<>PQE1290',
      '(?',
      '[:alpha:]',
      '\\p{L}',
      '{2,9}',
      '\u{1f600}',
    )
    fc.assert(
      fc.property(fc.array(token, { maxLength: 60 }), fc.string(), (tokens, fact) => {
        const compiled = compilePattern(tokens.join(''))
        if (compiled.ok) expect(typeof matchesPattern(compiled.pattern, fact)).toBe('boolean')
        else expect(compiled.reason.length).toBeGreaterThan(5)
      }),
      { numRuns: 2000 },
    )
  })
})
