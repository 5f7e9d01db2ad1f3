// The facts of a visit, each worked out only when a rule asks for it.
import {
  type AgentClass,
  type CountrySource,
  firstLanguage,
  type ReadAgent,
  readCountry,
  refererHost,
} from '../clicks/visitor.ts'
import type { Browser, Device, Facts } from '../rules/index.ts'
import type { Visit } from './visit.ts'

export interface FactSources {
  readonly agent: ReadAgent
  readonly country: CountrySource
}

/** The name of the cookie that says a visitor has been sent through a link before; it holds no identifier. */
export const SEEN_COOKIE = 'seen'

export class VisitFacts implements Facts {
  readonly #visit: Visit
  readonly #now: number
  readonly #sources: FactSources
  readonly #cookie: string
  #agent: AgentClass | null | undefined

  constructor(visit: Visit, now: number, sources: FactSources, cookiePrefix: string) {
    this.#visit = visit
    this.#now = now
    this.#sources = sources
    this.#cookie = cookiePrefix
  }

  /** Null without a user agent. */
  get agent(): AgentClass | null {
    if (this.#agent === undefined) {
      const text = this.#visit.header('user-agent')
      this.#agent = text === undefined || text === '' ? null : this.#sources.agent(text)
    }
    return this.#agent
  }

  get country(): string | null {
    const { header } = this.#sources.country
    const told = header !== null && this.#visit.trusted ? this.#visit.header(header) : undefined
    return readCountry(this.#sources.country, told, this.#visit.ip)
  }

  get device(): Device | null {
    return this.agent?.device ?? null
  }

  get browser(): Browser | null {
    return this.agent?.browser ?? null
  }

  get referer_host(): string | null {
    return refererHost(this.#visit.header('referer') ?? '')
  }

  get hour_utc(): number {
    return Math.floor(this.#now / 3_600_000) % 24
  }

  get language(): string | null {
    return firstLanguage(this.#visit.header('accept-language') ?? '')
  }

  get returning(): boolean {
    return hasCookie(this.#visit.header('cookie') ?? '', `${this.#cookie}${SEEN_COOKIE}`)
  }
}

function hasCookie(header: string, name: string): boolean {
  return header.split(';').some((pair) => pair.trim() === `${name}=1`)
}
