// Makes load on one server: wrk where it is installed, else autocannon, which is slower and cannot tell a p99.
/// <reference path="./untyped.d.ts" />
import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import autocannon from 'autocannon'

interface LoadOptions {
  readonly port: number
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly ms: number
}

export interface Load {
  /** Requests that were answered with the wanted status. */
  readonly answered: number
  readonly seconds: number
  /** Milliseconds; null where the generator is too coarse to tell. */
  readonly p50: number | null
  readonly p99: number | null
}

export interface Generator {
  readonly name: string
  /** The shortest load it can make (ms). */
  readonly leastMs: number
  /** @throws Error when any answer was not the wanted status, or a connection failed */
  run(options: LoadOptions, status: number): Promise<Load>
}

/** As many as keep one server process busy, and few enough for a small machine. */
export const CONNECTIONS = 64

/** What a desktop browser sends when somebody follows a link. */
export const BROWSER_HEADERS: Readonly<Record<string, string>> = {
  'User-Agent':
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
  Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8',
  'Accept-Language': 'en-US,en;q=0.9',
  'Accept-Encoding': 'gzip, deflate, br, zstd',
  Referer: 'https://www.example.org/newsletter/42',
  DNT: '1',
  'Upgrade-Insecure-Requests': '1',
  'Sec-Fetch-Dest': 'document',
  'Sec-Fetch-Mode': 'navigate',
  'Sec-Fetch-Site': 'cross-site',
  'Sec-Fetch-User': '?1',
  Priority: 'u=0, i',
}

export function chooseGenerator(): Generator {
  const { stdout, error } = spawnSync('wrk', ['--version'], { encoding: 'utf8' })
  const version = /^wrk (\S+)/.exec(stdout ?? '')?.[1]
  return error !== undefined || version === undefined ? cannon : { ...wrk, name: `wrk ${version}` }
}

export const cannon: Generator = {
  name: 'autocannon',
  leastMs: 100,
  async run({ port, path, headers, ms }, status) {
    const url = `http://127.0.0.1:${port}${path}`
    const result = await autocannon({ url, connections: CONNECTIONS, duration: ms / 1000, headers })
    const answered = result.statusCodeStats[status]?.count ?? 0
    if (result.errors > 0 || answered === 0 || answered !== result.requests.total) {
      throw new Error(`${url}: ${result.errors} errors, answers ${JSON.stringify(result.statusCodeStats)}`)
    }
    return { answered, seconds: result.duration, p50: null, p99: null }
  },
}

const wrk: Generator = {
  name: 'wrk',
  leastMs: 1000,
  async run({ port, path, headers, ms }, status) {
    const url = `http://127.0.0.1:${port}${path}`
    const told = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
    const seconds = Math.max(1, Math.round(ms / 1000))
    const args = ['-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, '--latency', ...told, url]
    const { stdout } = await promisify(execFile)('wrk', args, { timeout: ms + 30_000 })
    // wrk calls everything from 200 to 399 right; what exactly was answered is checked visit by visit beforehand.
    const wrong = /Non-2xx or 3xx responses|Socket errors/.exec(stdout)
    const total = /(\d+) requests in ([\d.]+)(s|m)/.exec(stdout)
    if (wrong !== null || total === null) throw new Error(`${url} was not answered with ${status}\n${stdout}`)
    return {
      answered: Number(total[1]),
      seconds: Number(total[2]) * (total[3] === 'm' ? 60 : 1),
      p50: readMs(stdout, '50%'),
      p99: readMs(stdout, '99%'),
    }
  },
}

function readMs(output: string, percentile: string): number | null {
  const match = new RegExp(`${percentile}\\s+([\\d.]+)(us|ms|s)`).exec(output)
  if (match === null) return null
  return Number(match[1]) * (match[2] === 'us' ? 0.001 : match[2] === 's' ? 1000 : 1)
}
