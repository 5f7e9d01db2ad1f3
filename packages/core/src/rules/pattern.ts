// Patterns of `matches`: compiled by a linear-time engine, kept small, refused in plain words.
import { RE2JS, RE2JSSyntaxException } from 're2js'
import { LIMITS } from './facts.ts'

export type Pattern = RE2JS
export type PatternResult =
  | { readonly ok: true; readonly pattern: Pattern }
  | { readonly ok: false; readonly reason: string }

/** Compiles a pattern, or says why it cannot be one, without repeating its text. */
export function compilePattern(source: string): PatternResult {
  const tooLarge = { ok: false, reason: 'it is too large once its repeats are unrolled; use smaller counts' } as const
  if (unrolledSize(source) > 4 * LIMITS.patternSize) return tooLarge
  if (foldedWidth(source) > WIDEST)
    return { ok: false, reason: 'its ranges or \\p{…} classes cover too many characters' }
  try {
    const pattern = RE2JS.compile(source, RE2JS.CASE_INSENSITIVE)
    return pattern.programSize() > LIMITS.patternSize ? tooLarge : { ok: true, pattern }
  } catch (error) {
    return { ok: false, reason: explainFailure(error, source) }
  }
}

/** Whether the pattern is found in the fact, or in the first 512 characters of a longer one. */
export function matchesPattern(pattern: Pattern, fact: string): boolean {
  return pattern.test(fact.length > LIMITS.matchedLength ? fact.slice(0, LIMITS.matchedLength) : fact)
}

const TOKEN =
  /\\Q.*?(?:\\E|$)|\\[pPx]\{[^}]*\}|\\.|\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]|\{(\d+)(?:,(\d*))?\}|\(\?[a-zA-Z-]*\)|\((?:\?(?:[a-zA-Z-]*:|P?<\w*>))?|./gs

/**
 * Roughly how many steps a pattern unrolls to. Compiling a giant only to measure it would take longer than
 * all else here, so giants are turned away on this estimate and the others are measured exactly.
 */
function unrolledSize(source: string): number {
  const outer: number[] = []
  let size = 0
  let last = 0
  for (const [token, least, most] of source.matchAll(TOKEN)) {
    if (least !== undefined) {
      const repeated = last * Number(most || least)
      size += repeated - last
      last = repeated
    } else if (token.startsWith('(')) {
      if (token.endsWith(')')) continue
      outer.push(size)
      size = 0
    } else if (token === ')') {
      last = size
      size += outer.pop() ?? 0
    } else {
      last = token.startsWith('\\Q') ? token.length : 1
      size += last
    }
  }
  return outer.reduce((sum, part) => sum + part, size)
}

const WIDEST = 50_000
const PROPERTY_WIDTH = 6000

/**
 * Roughly how many characters the engine walks through to make classes ignore case. It does so one by one:
 * without a bound, 256 characters of pattern can hold up a process for a quarter of a second.
 */
function foldedWidth(source: string): number {
  let width = 0
  for (const [token, code, end] of source.matchAll(/\\p|-(?:\\x\{([0-9a-f]+)\}|([^ -~]))/giu)) {
    if (token.startsWith('-')) width += code === undefined ? (end?.codePointAt(0) ?? 0) : Number.parseInt(code, 16)
    else width += PROPERTY_WIDTH
  }
  return width
}

const ESCAPE = 'a backslash stands before a character that takes none'
const NAME = 'a named group is malformed'
const REASONS: ReadonlyMap<string, string> = new Map([
  ['missing closing ]', 'a [ is never closed'],
  ['missing closing )', 'a ( is never closed'],
  ['unexpected )', 'a ) was never opened'],
  ['missing argument to repetition operator', 'a repeat such as * or + has nothing to repeat'],
  ['invalid nested repetition operator', 'a repeat such as * or + follows another repeat'],
  ['invalid repeat count', 'a repeat count is above 1000, or its bounds are reversed'],
  ['invalid character class range', 'a character class has a reversed range or an unknown name'],
  ['invalid escape sequence', ESCAPE],
  ['trailing backslash at end of expression', 'it ends with a lone backslash'],
  ['invalid named capture', NAME],
  ['duplicate capture group name', 'two groups have the same name'],
  ['expression nests too deeply', 'it nests too deeply'],
  ['expression too large', 'it is too large'],
])

function explainFailure(error: unknown, source: string): string {
  if (!(error instanceof RE2JSSyntaxException)) return 'it is not RE2 syntax'
  const reason = REASONS.get(error.error)
  if (reason === ESCAPE && /\\(?:[1-9]|k[<{'])/.test(source)) return 'backreferences such as \\1 are not supported'
  const oddGroup = reason === undefined || reason === NAME
  if (oddGroup && /\(\?<?[=!]/.test(source)) return 'lookaheads and lookbehinds are not supported'
  return reason ?? 'it uses syntax that RE2 does not have'
}
