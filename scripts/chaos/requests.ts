// The requests that chaos sends, as they go over the wire.

/** What all servers of a stage believe to be called. */
export const HOST = 'go.chaos.example'

const BROWSER =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36'

/** @param mark tells this visit from all others; it is kept with the raw click as the referring host */
export function visitRequest(path: string, mark: string): string {
  const separator = path.includes('?') ? '&' : '?'
  return lines([
    `GET ${path}${separator}n=${mark} HTTP/1.1`,
    `Host: ${HOST}`,
    `User-Agent: ${BROWSER}`,
    `Referer: https://${refererOf(mark)}/`,
    'Accept: text/html,*/*;q=0.8',
  ])
}

export function refererOf(mark: string): string {
  return `${mark}.chaos.example`
}

export function apiRequest(
  token: string,
  method: string,
  path: string,
  body?: Readonly<Record<string, unknown>>,
  key?: string,
): string {
  const text = body === undefined ? '' : JSON.stringify(body)
  const typed = body === undefined ? [] : ['Content-Type: application/json', `Content-Length: ${text.length}`]
  const keyed = key === undefined ? [] : [`Idempotency-Key: ${key}`]
  const head = [`${method} /api/v1${path} HTTP/1.1`, `Host: ${HOST}`, `Authorization: Bearer ${token}`]
  return lines([...head, ...typed, ...keyed]) + text
}

/** A visit that is counted nowhere. */
export function headRequest(slug: string): string {
  return lines([`HEAD /${slug} HTTP/1.1`, `Host: ${HOST}`])
}

export function plainRequest(path: string): string {
  return lines([`GET ${path} HTTP/1.1`, `Host: ${HOST}`])
}

function lines(head: readonly string[]): string {
  return `${head.join('\r\n')}\r\n\r\n`
}
