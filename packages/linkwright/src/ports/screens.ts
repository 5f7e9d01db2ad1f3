// Several screens as one.
import type { Reputation, Screen } from '@linkwright/core'

/**
 * Asks all screens at once: one that flags a URL flags it, else one that could not tell makes it unknown.
 * Without any screen every URL is clear. A screen that throws could not tell.
 */
export function allOf(...screens: readonly Screen[]): Screen {
  return async (urls) => worst(await Promise.all(screens.map((screen) => ask(screen, urls))))
}

/** Flagged before unknown before clear. */
export function worst(answers: readonly Reputation[]): Reputation {
  if (answers.includes('flagged')) return 'flagged'
  return answers.includes('unknown') ? 'unknown' : 'clear'
}

async function ask(screen: Screen, urls: readonly string[]): Promise<Reputation> {
  try {
    return await screen(urls)
  } catch {
    return 'unknown'
  }
}
