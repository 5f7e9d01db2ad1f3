// The door without sockets: what Linkwright itself adds to a request, and what folding one click costs afterwards.
import { copyFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { sqlite } from '@linkwright/storage-sql/sqlite'
import { linkwright, toNode } from 'linkwright'
import { BROWSER_HEADERS } from './load.ts'
import { measuredRow, type Row } from './rows.ts'
import { orderOf } from './statistics.ts'
import { usedMicroseconds } from './stopwatch.ts'
import { ORIGIN, SECRET, type World } from './world.ts'

export interface DoorOptions {
  readonly rounds: number
  /** Visits in one sample. */
  readonly visits: number
}

export async function measureDoor(
  world: Pick<World, 'file' | 'signedPath'>,
  { rounds, visits }: DoorOptions,
): Promise<Row[]> {
  const file = `${world.file}.door`
  copyFileSync(world.file, file)
  const capacity = 2 * visits
  const links = linkwright({
    origin: ORIGIN,
    storage: sqlite(file),
    secret: SECRET,
    standalone: true,
    // What is measured here is the door; the spool has rows of its own.
    spool: false,
    clickCapacity: capacity,
  })
  try {
    const listener = toNode(links.api, links.redirects)
    const target = { written: 0 }
    const response = imagineResponse(target)
    const paths = new Map([
      ['a warm link', '/plain'],
      ['5 rules', '/ruled'],
      ['a signed link', world.signedPath],
    ])
    for (const path of paths.values()) listener(imagineRequest(path), response)
    while (target.written < paths.size) await new Promise(setImmediate)
    const times = new Map<string, number[]>([...paths.keys()].map((name) => [name, []]))
    const folds: number[] = []
    // One round more, for the compiler.
    for (let round = -1; round < rounds; round++) {
      for (const [name, path] of orderOf([...paths], round)) {
        const request = imagineRequest(path)
        target.written = 0
        const begun = usedMicroseconds()
        for (let i = 0; i < visits; i++) listener(request, response)
        const decided = usedMicroseconds()
        await links.flush()
        const folded = usedMicroseconds()
        if (round >= 0) {
          // On a warm link the answer is there when the listener returns: nothing was left to a later tick.
          if (target.written !== visits) throw new Error(`${path}: ${target.written} answers to ${visits} visits`)
          times.get(name)!.push((decided - begun) / visits)
          folds.push((folded - decided) / visits)
        }
      }
    }
    if (links.core.recorder.counts.lost > 0) throw new Error('Clicks were lost')
    const rows = [...times].map(([name, samples]) =>
      measuredRow({ work: `door without sockets, ${name}`, unit: 'µs', samples }),
    )
    return [...rows, measuredRow({ work: 'folding one click, afterwards', unit: 'µs', samples: folds })]
  } finally {
    await links.close()
  }
}

/** As much of a request as a listener reads; from an IPv4 visitor, as a server that listens on all addresses sees it. */
function imagineRequest(url: string): IncomingMessage {
  const headers: Record<string, string> = { host: new URL(ORIGIN).host }
  for (const [name, value] of Object.entries(BROWSER_HEADERS)) headers[name.toLowerCase()] = value
  const request: Partial<IncomingMessage> & { socket: object } = {
    method: 'GET',
    url,
    headers,
    complete: true,
    socket: { remoteAddress: '::ffff:192.0.2.1' } as IncomingMessage['socket'],
  }
  return request as IncomingMessage
}

function imagineResponse(target: { written: number }): ServerResponse {
  const response = {
    headersSent: false,
    destroyed: false,
    writeHead: (status: number) => {
      if (status === 302) target.written++
    },
    end: () => {},
  }
  return response as unknown as ServerResponse
}

if (import.meta.main) {
  const [file = '', signedPath = '', rounds, visits] = process.argv.slice(2)
  const rows = await measureDoor({ file, signedPath }, { rounds: Number(rounds), visits: Number(visits) })
  process.stdout.write(JSON.stringify(rows))
}
