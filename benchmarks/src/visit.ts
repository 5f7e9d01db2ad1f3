// One request at a time, to see that what is measured is also right.
import { Agent, type IncomingHttpHeaders, request } from 'node:http'
import type { ExpectedVisit } from './world.ts'

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
}

/** @returns complaints, one for each visit that was sent elsewhere */
export async function checkVisits(port: number, host: string, visits: readonly ExpectedVisit[]): Promise<string[]> {
  const complaints: string[] = []
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  for (const { path, headers, location } of visits) {
    const answer = await visit(port, path, { ...headers, Host: host }, agent)
    if (answer.status !== 302 || answer.headers.location !== location) {
      complaints.push(`${path}: ${answer.status} to ${answer.headers.location ?? 'nowhere'}, not to ${location}`)
    }
  }
  agent.destroy()
  return complaints
}

function visit(port: number, path: string, headers: Readonly<Record<string, string>>, agent?: Agent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, path, headers, ...(agent === undefined ? {} : { agent }) },
      (response) => {
        response.resume()
        response.once('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers }))
      },
    )
    sent.once('error', reject)
    sent.end()
  })
}
