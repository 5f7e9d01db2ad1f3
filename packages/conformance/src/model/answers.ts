// What is looked at in an answer: whose its rows are, and all of it but the numbers that a storage chose.
import type { Owner } from '@linkwright/core'

/** Rows in an answer that are not the owner's, at any depth. Domains are shared within a plan subject. */
export function foreignRows(answer: unknown, owner: Owner): readonly unknown[] {
  if (typeof answer !== 'object' || answer === null) return []
  const inside = Object.values(answer).flatMap((part) => foreignRows(part, owner))
  return isForeign(answer, owner) ? [answer, ...inside] : inside
}

export function withoutNumbers(answer: unknown): unknown {
  if (Array.isArray(answer)) return answer.map(withoutNumbers)
  if (typeof answer !== 'object' || answer === null) return answer
  const parts = Object.entries(answer).filter(([name]) => name !== 'seq')
  return Object.fromEntries(parts.map(([name, part]) => [name, withoutNumbers(part)]))
}

function isForeign(row: object, owner: Owner): boolean {
  if ('subject' in row) return row.subject !== owner.subject
  return 'ownerId' in row && row.ownerId !== owner.id
}
