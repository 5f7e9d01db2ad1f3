// COPY … FROM STDIN through pg: some ten times faster than inserting.
import type { Client } from 'pg'
import type { Values } from './bulk.ts'

/** Characters sent at a time. */
const CHUNK = 65_536

export function copyInto(
  client: Client,
  table: string,
  columns: readonly string[],
  rows: readonly Values[],
): Promise<void> {
  return new Promise((resolve, reject) => {
    let failure: Error | undefined
    const ignore = () => {}
    client.query({
      submit: (connection) => connection.query(`copy ${table} (${columns.join(', ')}) from stdin`),
      handleCopyInResponse(connection) {
        for (const chunk of chunksOf(rows)) connection.sendCopyFromChunk(Buffer.from(chunk))
        connection.endCopyFrom()
      },
      handleError(error) {
        failure = error
        reject(error)
      },
      handleReadyForQuery() {
        if (failure === undefined) resolve()
      },
      handleCommandComplete: ignore,
      handleRowDescription: ignore,
      handleDataRow: ignore,
      handleEmptyQuery: ignore,
      handlePortalSuspended: ignore,
    })
  })
}

function* chunksOf(rows: readonly Values[]): Generator<string> {
  let chunk = ''
  for (const row of rows) {
    chunk += `${row.map(show).join('\t')}\n`
    if (chunk.length < CHUNK) continue
    yield chunk
    chunk = ''
  }
  if (chunk !== '') yield chunk
}

function show(value: string | number | null): string {
  if (value === null) return '\\N'
  return typeof value === 'number' ? String(value) : value.replaceAll(/[\\\t\n\r]/g, '\\$&')
}
