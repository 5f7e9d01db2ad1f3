// The rule engine alone: no server and no storage. What a match means is up to you; here it picks a banner.
import { compile, explain, type Facts, validateCondition } from '@linkwright/core/rules'

const read = validateCondition({ field: 'country', operator: 'in', value: ['de', 'at', 'ch'] })
if (!read.ok) throw new Error(read.issues.map(({ path, message }) => `${path}: ${message}`).join('\n'))

const rules = [
  { id: 'night', field: 'hour_utc', operator: 'between', value: [22, 5], banner: 'Good night' },
  { id: 'german', ...read.condition, banner: 'Guten Tag' },
] as const
const program = compile(rules)

/** Null is a fact that is not known: it makes no rule match. */
const nobody = { country: null, device: null, browser: null, referer_host: null, language: null, returning: null }
const visits: Facts[] = [
  { ...nobody, hour_utc: 23, country: 'DE' },
  { ...nobody, hour_utc: 12, country: 'AT' },
  { ...nobody, hour_utc: 12 },
]
for (const facts of visits) console.log(program.decide(facts)?.banner ?? 'Hello')
for (const { ruleId, reason } of explain(rules, visits[1]!).trace) console.log(`${ruleId}: ${reason}`)
