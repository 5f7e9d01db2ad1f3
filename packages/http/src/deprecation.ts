// Announcing the end of a contract, in the brand's own header and in those that standard clients read.
import type { Brand, Header } from './call.ts'
import type { Deprecation } from './contract.ts'

/** `<Brand>-Deprecation` names the day it ends (or, without one, since when); then RFC 9745 and RFC 8594. */
export function deprecationHeaders(brand: Brand, deprecation: Deprecation | undefined): Header[] {
  if (deprecation === undefined) return []
  const { since, sunset, link } = deprecation
  const headers: Header[] = [
    [`${brand.headerPrefix}-Deprecation`, new Date(sunset ?? since).toISOString().slice(0, 10)],
    ['Deprecation', `@${Math.floor(since / 1000)}`],
  ]
  if (sunset !== undefined) headers.push(['Sunset', new Date(sunset).toUTCString()])
  if (link !== undefined) headers.push(['Link', `<${link}>; rel="deprecation"; type="text/html"`])
  return headers
}
