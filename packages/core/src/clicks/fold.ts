// What is kept of a click event: classes instead of headers.
import type { Click, ClickEvent } from './click.ts'
import { firstLanguage, type ReadAgent } from './visitor.ts'

export function foldClick(event: ClickEvent, agent: ReadAgent): Click {
  const { userAgent, acceptLanguage, ...known } = event
  const read = userAgent === '' ? null : agent(userAgent)
  return {
    ...known,
    counted: event.outcome === 'redirect' && !event.head,
    // A browser always says what it is.
    bot: read === null || read.bot,
    device: read?.device ?? null,
    browser: read?.browser ?? null,
    language: firstLanguage(acceptLanguage),
  }
}
