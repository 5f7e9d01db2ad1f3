// The pseudonym of a visitor: the same for one day, and never again.
import { hash } from 'node:crypto'

/** Without the day's salt, once it is deleted, nobody can tell which address a pseudonym stands for. */
export function pseudonymOf(salt: string, ip: string, userAgent: string): string {
  return hash('sha256', `${salt}\n${networkOf(ip)}\n${userAgent}`).slice(0, 24)
}

/** An IPv6 visitor changes addresses within one /64. */
export function networkOf(ip: string): string {
  if (!ip.includes(':')) return ip
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)
  if (mapped !== null) return mapped[1]!
  const [head = '', tail = ''] = ip.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === '' ? [] : tail.split(':')
  const zeros = ip.includes('::') ? Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0') : []
  const groups = [...left, ...zeros, ...right].slice(0, 4)
  // One address has many spellings: capitals, leading zeros.
  return groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')
}
