// linkwright rules: why a visit goes where it goes, and what is wrong with a link's rules.
import { BROWSERS, type Browser, DEVICES, type Device, FIELDS, lint } from '@linkwright/core/rules'
import { type Command, Option } from 'commander'
import { UsageError } from '../values.ts'
import { actAs } from './links.ts'
import { linkOf, withSession } from './session.ts'

export function addRules(program: Command): void {
  const rules = program.command('rules').description('routing rules')

  rules
    .command('explain <link>')
    .description('say where an imagined visit would go, and why')
    .option('--country <code>', 'two-letter country')
    .addOption(new Option('--device <name>', 'device class').choices(DEVICES))
    .addOption(new Option('--browser <name>', 'browser').choices(BROWSERS))
    .option('--referer <url>', 'Referer header')
    .option('--hour <n>', 'hour of the day, UTC', readHour)
    .option('--language <tag>', 'Accept-Language header')
    .option('--returning', 'a visitor who was here before')
    .option('--ua <text>', 'User-Agent header')
    .option('--ip <address>', 'address of the visitor')
    .option('--at <time>', 'moment of the visit, RFC 3339')
    .option('--unsigned', 'without a signature')
    .option('--json', 'print one JSON object')
    .action((text, options) =>
      withSession(options.json, async (session) => {
        const { id, owner } = await linkOf(session, text)
        const preview = await (await actAs(session, owner)).links.preview(`lnk_${id}`, readVisit(options))
        const rows = preview.trace.map((one) => [one.matched ? 'yes' : 'no', one.ruleId, one.reason])
        const facts = FIELDS.map((field) => `${field}=${preview.facts[field] ?? 'unknown'}`).join(' ')
        const note = `${facts}\n${preview.outcome} (${preview.status})${preview.url === null ? '' : ` → ${preview.url}`}`
        session.output.print(preview, { columns: ['matched', 'rule', 'reason'], rows, note })
      }),
    )

  rules
    .command('lint <link>')
    .description('find rules that can never decide a visit')
    .option('--json', 'print one JSON object')
    .action((text, options) =>
      withSession(options.json, async (session) => {
        const { id, owner } = await linkOf(session, text)
        const stored = (await session.core.storage.of(owner).rules.list(id)) ?? []
        const shown = (ruleId: string) => `rul_${ruleId}`
        const findings = lint(stored).map(({ ruleId, otherRuleId, ...rest }) => ({
          ruleId: shown(ruleId),
          ...rest,
          ...(otherRuleId === undefined ? {} : { otherRuleId: shown(otherRuleId) }),
        }))
        const rows = findings.map(({ kind, ruleId, message }) => [kind, ruleId, message])
        session.output.print({ findings }, { columns: ['finding', 'rule', 'what'], rows })
      }),
    )
}

interface VisitOptions {
  readonly country?: string
  readonly device?: Device
  readonly browser?: Browser
  readonly referer?: string
  readonly hour?: number
  readonly language?: string
  readonly returning?: boolean
  readonly ua?: string
  readonly ip?: string
  readonly at?: string
  readonly unsigned?: boolean
}

function readVisit(options: VisitOptions) {
  const { country, device, browser, hour: hour_utc, returning, ip, at } = options
  const headers = given({ 'user-agent': options.ua, referer: options.referer, 'accept-language': options.language })
  const signed = options.unsigned ? false : undefined
  return { ...given({ at, ip }), headers, facts: given({ country, device, browser, hour_utc, returning, signed }) }
}

function readHour(text: string): number {
  if (!/^(1?\d|2[0-3])$/.test(text)) throw new UsageError('--hour must be from 0 to 23')
  return Number(text)
}

/** Drops what was not said. */
function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as ReturnType<
    typeof given<T>
  >
}
