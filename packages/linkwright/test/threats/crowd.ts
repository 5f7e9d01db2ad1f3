// Users, tokens, domains and keys beside a running server, made by the library on the same database: cheaper than a
// command each, so that a test file can have as many as its rate limits need.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Core, Owner } from '@linkwright/core'
import { readConfig } from '../../src/config.ts'
import { linkwright } from '../../src/index.ts'
import { openDatabase } from '../../src/stores.ts'
import { type Api, api } from '../fixture/api.ts'
import type { Environment } from '../fixture/command.ts'
import { type PlanName, SCOPES } from '../fixture/people.ts'
import type { Server } from '../fixture/server.ts'

type Scope = (typeof SCOPES)[number]

export interface Minted {
  readonly id: string
  readonly token: string
  readonly api: Api
}

export interface Member {
  readonly userId: string
  readonly owner: Owner
  /** Uses its tokens in turn: each has a budget of its own. */
  readonly api: Api
  mint(scopes?: readonly Scope[]): Promise<Minted>
  /** @returns the domain's id as the API shows it */
  domain(host: string, options?: { readonly verified?: boolean; readonly caseSensitive?: boolean }): Promise<string>
}

export interface Crowd {
  readonly core: Core
  member(options?: { readonly plan?: PlanName; readonly tokens?: number }): Promise<Member>
  close(): Promise<void>
}

let people = 0

export async function openCrowd(server: Server): Promise<Crowd> {
  const { env, origin } = server
  const { core, close } = linkwright({
    origin: env.LINKWRIGHT_ORIGIN ?? origin,
    storage: openDatabase(readConfig(env)),
    secret: env.LINKWRIGHT_SECRET ?? readFileSync(secretFile(env), 'utf8').trim(),
  })

  return {
    core,
    close,
    async member({ plan = 'premium', tokens = 1 } = {}) {
      const { id: userId } = await core.accounts.create({ email: `crowd-${++people}@example.com`, plan })
      const owner = await core.accounts.ownerOf(userId)
      const mint = async (scopes: readonly Scope[] = SCOPES): Promise<Minted> => {
        const { id, text } = await core.tokens.issue(owner, userId, { name: 'test', scopes: [...scopes] })
        return { id, token: text, api: api(server, text) }
      }
      const apis: Api[] = []
      while (apis.length < tokens) apis.push((await mint()).api)
      return {
        userId,
        owner,
        api: inTurn(apis),
        mint,
        async domain(host, { verified = true, caseSensitive = true } = {}) {
          const { id } = await core.domains.add(owner, host, { caseSensitive })
          if (verified) await core.domains.verify(owner, id)
          return `dom_${id}`
        },
      }
    },
  }
}

/** Made by the server, beside its database. */
function secretFile({ DATABASE_URL = '' }: Environment): string {
  return join(dirname(DATABASE_URL.replace(/^sqlite:/, '')), 'linkwright.secret')
}

function inTurn(apis: readonly Api[]): Api {
  let turn = 0
  const next = () => apis[turn++ % apis.length]!
  return {
    token: apis[0]!.token,
    call: (...args) => next().call(...args),
    get: (path) => next().get(path),
    post: (...args) => next().post(...args),
    patch: (...args) => next().patch(...args),
    put: (...args) => next().put(...args),
    delete: (path) => next().delete(path),
    link: (fields) => next().link(fields),
    rule: (link, fields) => next().rule(link, fields),
  }
}
