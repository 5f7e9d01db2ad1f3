// What commands print: one JSON object with --json, a table for people without.

export interface Output {
  /** Prints a result; `rows` and `columns` say how people see it. */
  print(value: object, table: Table): void
  note(text: string): void
}

export interface Table {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly unknown[])[]
  /** Said under the table. */
  readonly note?: string
}

export function createOutput(json: boolean, write: (text: string) => void): Output {
  return {
    print: (value, table) => write(json ? `${JSON.stringify(value)}\n` : drawTable(table)),
    note: (text) => {
      if (!json) write(`${text}\n`)
    },
  }
}

/** One record as name and value, a line each. */
export function record(value: object, note?: string): Table {
  const rows = Object.entries(value).map(([name, field]) => [name, field])
  return { columns: [], rows, ...(note === undefined ? {} : { note }) }
}

function drawTable({ columns, rows, note }: Table): string {
  const lines = columns.length === 0 ? rows : [columns, ...rows]
  const cells = lines.map((line) => line.map(show))
  const widths = (cells[0] ?? []).map((_, at) => Math.max(...cells.map((line) => line[at]!.length)))
  const text = cells.map((line) =>
    line
      .map((cell, at) => cell.padEnd(widths[at]!))
      .join('  ')
      .trimEnd(),
  )
  const body = rows.length === 0 ? 'none' : text.join('\n')
  return `${body}\n${note === undefined ? '' : `${note}\n`}`
}

/** Control characters of stored texts never reach a terminal. */
function show(value: unknown): string {
  if (value === null || value === undefined) return '-'
  if (Array.isArray(value)) return value.map(show).join(',')
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return text.replace(/\p{Cc}/gu, '?')
}
