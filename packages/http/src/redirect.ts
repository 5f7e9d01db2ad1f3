// The redirect door: a visit comes in, and goes on to where the link leads, or reads why it does not.
import { type Core, type Decision, type MaybePromise, SEEN_COOKIE, STATUS } from '@linkwright/core'
import type { Brand, Call, Handle, Header, Logger, Reply } from './call.ts'
import { chooseLanguage, type Page, type PageKind, pagePolicy, renderJson, renderPage } from './pages.ts'

export interface DoorOptions {
  readonly core: Pick<Core, 'redirect'>
  readonly brand: Brand
  /** Where links live: cookies are marked Secure when it is https. */
  readonly origin: string
  /** Whether nobody comes after us: then what is no link is 404, and a wrong method 405. */
  readonly standalone: boolean
  readonly logger: Logger
  readonly requestId: () => string
  /** Writes the page instead of the built-in one. Nothing that the visitor sent is passed to it. */
  readonly page?: Page | undefined
  /** The Content-Security-Policy of pages; needed where a page of your own loads anything. */
  readonly contentSecurityPolicy?: string | undefined
}

const NO_STORE: Header = ['Cache-Control', 'private, no-store']
const NO_LENGTH: Header = ['Content-Length', '0']
/** Between two lines about visits that could not be answered (ms). */
const TELL_MS = 1_000
const SEEN_SECONDS = 31_536_000

/** Answers at once, without a promise, whenever the link is in the cache and takes no claim. */
export function createDoor(options: DoorOptions): Handle {
  const { brand, standalone, logger, requestId } = options
  const { redirect } = options.core
  const page = options.page ?? renderPage
  const policy = options.contentSecurityPolicy ?? pagePolicy()
  let failed = 0
  let tellAgain = 0
  const seen = `${brand.cookiePrefix}${SEEN_COOKIE}=1; Path=`
  const seenEnd = `; Max-Age=${SEEN_SECONDS}; HttpOnly; SameSite=Lax${options.origin.startsWith('https:') ? '; Secure' : ''}`

  return (call) => {
    if (call.method !== 'GET' && call.method !== 'HEAD') {
      return standalone ? showPage(call, 'method_not_allowed', 405, [['Allow', 'GET, HEAD']]) : undefined
    }
    let decision: MaybePromise<Decision | undefined>
    try {
      decision = redirect.resolve(call, standalone)
    } catch (error) {
      return unavailable(call, error)
    }
    if (decision instanceof Promise) {
      return decision.then(
        (decision) => answer(call, decision),
        (error) => unavailable(call, error),
      )
    }
    return answer(call, decision)
  }

  function answer(call: Call, decision: Decision | undefined): Reply | undefined {
    if (decision === undefined) return standalone ? showPage(call, 'not_found', 404) : undefined
    const { outcome, url, link } = decision
    if (outcome !== 'redirect') {
      // An unknown slug may well be a route of the host's.
      if (link === undefined && !standalone) return undefined
      return showPage(call, outcome, STATUS[outcome])
    }
    const id: Header = ['X-Request-Id', requestId()]
    if (url === null) return { status: STATUS.redirect, headers: [NO_STORE, NO_LENGTH, id] }
    const headers: Header[] = [['Location', url], NO_STORE, NO_LENGTH, id]
    if (link?.marksVisitors && call.method === 'GET') {
      headers.push(['Set-Cookie', seen + call.path + seenEnd])
    }
    return { status: STATUS.redirect, headers }
  }

  function unavailable(call: Call, error: unknown): Reply {
    const id = requestId()
    tell(error, id)
    return showPage(call, 'unavailable', 503, [['Retry-After', '5']], id)
  }

  /** While storage is away every visit fails for the same reason: one line a second says it for all. */
  function tell(error: unknown, id: string): void {
    failed++
    const now = performance.now()
    if (now < tellAgain) return
    tellAgain = now + TELL_MS
    logger.error({ requestId: id, visits: failed, err: error }, 'A visit could not be answered')
    failed = 0
  }

  function showPage(call: Call, kind: PageKind, status: number, more: readonly Header[] = [], id = requestId()): Reply {
    const common: Header[] = [NO_STORE, ['X-Request-Id', id], ['X-Content-Type-Options', 'nosniff'], ...more]
    if (wantsJson(call)) {
      const headers: Header[] = [['Content-Type', 'application/json; charset=utf-8'], ...common]
      return { status, headers, body: renderJson(kind) }
    }
    const language = chooseLanguage(call.header('accept-language') ?? '')
    const headers: Header[] = [
      ['Content-Type', 'text/html; charset=utf-8'],
      ['Content-Language', language],
      ['Content-Security-Policy', policy],
      ['Referrer-Policy', 'no-referrer'],
      ['X-Robots-Tag', 'noindex'],
      ...common,
    ]
    return { status, headers, body: page(kind, language) }
  }
}

/** Programs ask for JSON by name; browsers never do without asking for HTML too. */
function wantsJson(call: Call): boolean {
  const accept = call.header('accept')?.toLowerCase() ?? ''
  return accept.includes('application/json') && !accept.includes('text/html')
}
